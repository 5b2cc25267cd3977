PRAGMA application_id = 1131245683;
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'compass','0001_first','2026-03-14 12:00:00.000000+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'compass','0002_reading','2026-03-14 12:00:00.000000+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'compass','0003_likeness','2026-03-14 12:00:00.000000+00:00');
INSERT INTO "_sqlite_migrations" VALUES(4,'compass','0004_changes','2026-03-14 12:00:00.000000+00:00');
INSERT INTO "_sqlite_migrations" VALUES(5,'compass','0005_tasks','2026-03-14 12:00:00.000000+00:00');
INSERT INTO "_sqlite_migrations" VALUES(6,'compass','0006_hub','2026-03-14 12:00:00.000000+00:00');
CREATE TABLE agent_statuses (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    status TEXT NOT NULL,
    PRIMARY KEY (workspace, investigation_id, agent_id)
) STRICT
;
CREATE TABLE changes (
    workspace TEXT NOT NULL,
    change_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    service TEXT NOT NULL,
    at TEXT NOT NULL,
    summary TEXT NOT NULL,
    author TEXT NOT NULL,
    files TEXT NOT NULL CHECK (json_valid(files)),
    details TEXT NOT NULL,
    environment TEXT NOT NULL,
    PRIMARY KEY (workspace, change_id, kind, service, environment)
) STRICT
;
CREATE TABLE consultations (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    consulted_seq INTEGER NOT NULL,
    asker TEXT NOT NULL,
    specialist TEXT NOT NULL,
    question TEXT NOT NULL,
    service TEXT NOT NULL,
    peer TEXT NOT NULL,
    aspect TEXT,
    moment TEXT,
    outcome TEXT NOT NULL,
    advice TEXT NOT NULL,
    known INTEGER NOT NULL CHECK (known IN (0, 1)),
    supports INTEGER CHECK (supports IN (0, 1)),
    cites TEXT NOT NULL CHECK (json_valid(cites)),
    duration_s REAL NOT NULL,
    cost_nano INTEGER NOT NULL,
    depth INTEGER NOT NULL,
    PRIMARY KEY (workspace, investigation_id, consulted_seq),
    FOREIGN KEY (workspace, investigation_id) REFERENCES investigations ON DELETE CASCADE
) STRICT
;
CREATE TABLE costs (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    call_id TEXT NOT NULL,
    first_seq INTEGER NOT NULL,
    agent_id TEXT NOT NULL,
    purpose TEXT NOT NULL,
    step TEXT NOT NULL,
    model TEXT NOT NULL,
    tokens_in INTEGER NOT NULL,
    tokens_out INTEGER NOT NULL,
    amount_nano INTEGER NOT NULL,
    status TEXT NOT NULL,
    PRIMARY KEY (workspace, investigation_id, call_id),
    FOREIGN KEY (workspace, investigation_id) REFERENCES investigations ON DELETE CASCADE
) STRICT
;
INSERT INTO "costs" VALUES('T1','r1','application-1',7,'application','','','m',0,0,123456789,'settled');
INSERT INTO "costs" VALUES('T1','r1','application-2',9,'application','','','m',0,0,1000000000,'released');
INSERT INTO "costs" VALUES('T1','r1','application-3',11,'application','','','m',0,0,500000000,'settled');
CREATE TABLE decisions (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    hypothesis_id TEXT NOT NULL,
    decided_seq INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_by_name TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (workspace, investigation_id, hypothesis_id),
    FOREIGN KEY (workspace, investigation_id) REFERENCES investigations ON DELETE CASCADE
) STRICT
;
INSERT INTO "decisions" VALUES('T1','r1','h2',14,'rejected','U2','Ben','2026-03-14T12:00:00.000000Z','');
INSERT INTO "decisions" VALUES('T1','r1','h1',15,'accepted','U1','Ana','2026-03-14T12:00:00.000000Z','');
CREATE TABLE events (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    seq INTEGER NOT NULL CHECK (seq >= 1),
    at TEXT NOT NULL,
    type TEXT NOT NULL,
    schema_version INTEGER NOT NULL,
    payload TEXT NOT NULL CHECK (json_valid(payload)),
    PRIMARY KEY (workspace, investigation_id, seq),
    FOREIGN KEY (workspace, investigation_id) REFERENCES investigations ON DELETE CASCADE
) STRICT
;
INSERT INTO "events" VALUES('T1','r1',1,'2026-03-14T12:00:00.000000Z','investigation_opened',1,'{"schema_version":1,"type":"investigation_opened","investigation":{"workspace":"T1","investigation_id":"r1","incident":{"incident_id":"INC-1","title":"INC-1 is slow","start_time":"2026-03-14T12:00:00Z","affected_services":["checkout"],"severity":"unknown","scope":{"environment":"","cluster":"","namespace":""},"end_time":null,"baseline_start":null,"baseline_end":null,"recorded":false},"team":"incident","agent_ids":["application","database"],"budget":"10.00","mode":"sequential","requested_by":{"user_id":"U1","name":"Ana"},"requested_at":"2026-03-14T12:00:00Z","origin":{"surface":"slack","place":"C1","request_id":"q1"},"assumed":[]}}');
INSERT INTO "events" VALUES('T1','r1',2,'2026-03-14T12:00:01.000000Z','state_changed',1,'{"schema_version":1,"type":"state_changed","before":"queued","after":"running","reason":""}');
INSERT INTO "events" VALUES('T1','r1',3,'2026-03-14T12:00:02.000000Z','step_started',1,'{"schema_version":1,"type":"step_started","step":{"phase":"observe","agent_id":"database"}}');
INSERT INTO "events" VALUES('T1','r1',4,'2026-03-14T12:00:03.000000Z','heartbeat',1,'{"schema_version":1,"type":"heartbeat"}');
INSERT INTO "events" VALUES('T1','r1',5,'2026-03-14T12:00:04.000000Z','step_ended',1,'{"schema_version":1,"type":"step_ended","step":{"phase":"observe","agent_id":"database"},"outcome":"timed_out","duration_s":120.25,"observations":[{"agent_id":"database","summary":"orders-db pool 20/20 «наполнен» 池","observation_id":"o7","standing":"unusual","signal":"trace","aspect":"saturation","service":"orders","peer":"orders-db","signal_name":"pool_in_use","score":0.875,"onset":"2026-03-14T12:00:01.000001Z","value":20.0,"usual":6.5,"unit":"connections","window":{"start":"2026-03-14T12:00:00Z","end":"2026-03-14T12:01:00Z"},"source":"snapshot","query":"pool_in_use{service=\"orders\"}","link":"http://127.0.0.1/explore","latest":"2026-03-14T12:00:59Z","sketch":{"label":"pool","unit":"connections","times":[1.0,2.0],"values":[6.0,null]},"calls":[["gateway","orders"],["orders","orders-db"]]},{"agent_id":"database","summary":"no locks","observation_id":"","standing":"no_data","signal":"log","aspect":"other","service":"","peer":"","signal_name":"","score":0.0,"onset":null,"value":null,"usual":null,"unit":"","window":null,"source":"","query":"","link":"","latest":null,"sketch":null,"calls":[]}],"hypotheses":[{"agent_id":"database","statement":"v412 filled the pool","initial_confidence":0.8125,"hypothesis_id":"h1","service":"orders","peer":"orders-db","fault_kind":"saturation","supporting":["o7","o8"],"refuting":["o9"],"verify":["look at the pool"],"disprove":["pool waits are 0"],"do_first":"roll v412 back","change_id":"v412"}],"cost":"0.125","note":"did not answer in 120 s"}');
INSERT INTO "events" VALUES('T1','r1',6,'2026-03-14T12:00:05.000000Z','step_started',1,'{"schema_version":1,"type":"step_started","step":{"phase":"hypothesise","agent_id":"application"}}');
INSERT INTO "events" VALUES('T1','r1',7,'2026-03-14T12:00:06.000000Z','call_reserved',1,'{"schema_version":1,"type":"call_reserved","entry":{"call_id":"application-1","agent_id":"application","purpose":"","step":"","model":"m","tokens_in":0,"tokens_out":0,"amount":"1.1","status":"reserved"}}');
INSERT INTO "events" VALUES('T1','r1',8,'2026-03-14T12:00:07.000000Z','call_settled',1,'{"schema_version":1,"type":"call_settled","entry":{"call_id":"application-1","agent_id":"application","purpose":"","step":"","model":"m","tokens_in":0,"tokens_out":0,"amount":"0.123456789","status":"settled"}}');
INSERT INTO "events" VALUES('T1','r1',9,'2026-03-14T12:00:08.000000Z','call_reserved',1,'{"schema_version":1,"type":"call_reserved","entry":{"call_id":"application-2","agent_id":"application","purpose":"","step":"","model":"m","tokens_in":0,"tokens_out":0,"amount":"1","status":"reserved"}}');
INSERT INTO "events" VALUES('T1','r1',10,'2026-03-14T12:00:09.000000Z','call_released',1,'{"schema_version":1,"type":"call_released","entry":{"call_id":"application-2","agent_id":"application","purpose":"","step":"","model":"m","tokens_in":0,"tokens_out":0,"amount":"1","status":"released"}}');
INSERT INTO "events" VALUES('T1','r1',11,'2026-03-14T12:00:10.000000Z','call_settled',1,'{"schema_version":1,"type":"call_settled","entry":{"call_id":"application-3","agent_id":"application","purpose":"","step":"","model":"m","tokens_in":0,"tokens_out":0,"amount":"0.5","status":"settled"}}');
INSERT INTO "events" VALUES('T1','r1',12,'2026-03-14T12:00:11.000000Z','step_ended',1,'{"schema_version":1,"type":"step_ended","step":{"phase":"hypothesise","agent_id":"application"},"outcome":"finished","duration_s":1.5,"observations":[],"hypotheses":[{"agent_id":"application","statement":"explanation 1","initial_confidence":0.5,"hypothesis_id":"h1","service":"","peer":"","fault_kind":"unknown","supporting":["o1"],"refuting":[],"verify":[],"disprove":[],"do_first":"","change_id":""},{"agent_id":"application","statement":"explanation 2","initial_confidence":0.5,"hypothesis_id":"h2","service":"","peer":"","fault_kind":"unknown","supporting":["o2"],"refuting":[],"verify":[],"disprove":[],"do_first":"","change_id":""}],"cost":"0","note":""}');
INSERT INTO "events" VALUES('T1','r1',13,'2026-03-14T12:00:12.000000Z','hypotheses_ranked',1,'{"schema_version":1,"type":"hypotheses_ranked","hypotheses":[{"agent_id":"database","statement":"v412 filled the pool","initial_confidence":0.8125,"hypothesis_id":"h1","service":"orders","peer":"orders-db","fault_kind":"saturation","supporting":["o7","o8"],"refuting":["o9"],"verify":["look at the pool"],"disprove":["pool waits are 0"],"do_first":"roll v412 back","change_id":"v412"},{"agent_id":"application","statement":"explanation 2","initial_confidence":0.25,"hypothesis_id":"h2","service":"","peer":"","fault_kind":"unknown","supporting":["o2"],"refuting":[],"verify":[],"disprove":[],"do_first":"","change_id":""}]}');
INSERT INTO "events" VALUES('T1','r1',14,'2026-03-14T12:00:13.000000Z','hypothesis_decided',1,'{"schema_version":1,"type":"hypothesis_decided","decision":{"hypothesis_id":"h2","verdict":"rejected","by":{"user_id":"U2","name":"Ben"},"at":"2026-03-14T12:00:00Z","reason":""}}');
INSERT INTO "events" VALUES('T1','r1',15,'2026-03-14T12:00:14.000000Z','hypothesis_decided',1,'{"schema_version":1,"type":"hypothesis_decided","decision":{"hypothesis_id":"h1","verdict":"accepted","by":{"user_id":"U1","name":"Ana"},"at":"2026-03-14T12:00:00Z","reason":""}}');
INSERT INTO "events" VALUES('T1','r1',16,'2026-03-14T12:00:15.000000Z','stop_requested',1,'{"schema_version":1,"type":"stop_requested","by":{"user_id":"U2","name":"Ben"}}');
INSERT INTO "events" VALUES('T1','r1',17,'2026-03-14T12:00:16.000000Z','state_changed',1,'{"schema_version":1,"type":"state_changed","before":"running","after":"waiting_approval","reason":"the next call does not fit"}');
INSERT INTO "events" VALUES('T1','r1',18,'2026-03-14T12:00:17.000000Z','state_changed',1,'{"schema_version":1,"type":"state_changed","before":"waiting_approval","after":"running","reason":""}');
INSERT INTO "events" VALUES('T1','r1',19,'2026-03-14T12:00:18.000000Z','state_changed',1,'{"schema_version":1,"type":"state_changed","before":"running","after":"stopped","reason":"Ben pressed Stop"}');
CREATE TABLE gates (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    gate_id TEXT NOT NULL,
    opened_no INTEGER NOT NULL,
    kind TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    context TEXT NOT NULL CHECK (json_valid(context)),
    approve TEXT NOT NULL,
    deny TEXT NOT NULL,
    extend_nano INTEGER NOT NULL,
    approvers TEXT NOT NULL CHECK (json_valid(approvers)),
    opened_at TEXT NOT NULL,
    expires_at TEXT,
    state TEXT NOT NULL CHECK (state IN ('open', 'approved', 'denied', 'expired', 'superseded')),
    settled_by TEXT,
    settled_by_name TEXT,
    settled_at TEXT,
    said TEXT NOT NULL,
    PRIMARY KEY (workspace, investigation_id, gate_id),
    UNIQUE (workspace, investigation_id, opened_no),
    CHECK ((state = 'open') = (settled_at IS NULL))
) STRICT
;
CREATE TABLE hub_facts (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL CHECK (json_valid(value)),
    PRIMARY KEY (workspace, investigation_id, name)
) STRICT
;
CREATE TABLE hub_messages (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    kept_no INTEGER NOT NULL,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    reply_to TEXT NOT NULL,
    at TEXT NOT NULL,
    taken INTEGER NOT NULL CHECK (taken IN (0, 1)),
    PRIMARY KEY (workspace, investigation_id, message_id),
    UNIQUE (workspace, investigation_id, kept_no)
) STRICT
;
CREATE TABLE hub_tasks (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    task_id TEXT NOT NULL,
    summary TEXT NOT NULL,
    priority INTEGER NOT NULL,
    place INTEGER NOT NULL,
    state TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (workspace, investigation_id, task_id)
) STRICT
;
CREATE TABLE hypotheses (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    listed_in TEXT NOT NULL,
    position INTEGER NOT NULL,
    hypothesis_id TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    statement TEXT NOT NULL,
    initial_confidence REAL NOT NULL,
    service TEXT NOT NULL,
    peer TEXT NOT NULL,
    fault_kind TEXT NOT NULL,
    supporting TEXT NOT NULL CHECK (json_valid(supporting)),
    refuting TEXT NOT NULL CHECK (json_valid(refuting)),
    verify TEXT NOT NULL CHECK (json_valid(verify)),
    disprove TEXT NOT NULL CHECK (json_valid(disprove)),
    do_first TEXT NOT NULL,
    change_id TEXT NOT NULL,
    PRIMARY KEY (workspace, investigation_id, listed_in, position),
    FOREIGN KEY (workspace, investigation_id) REFERENCES investigations ON DELETE CASCADE
) STRICT
;
INSERT INTO "hypotheses" VALUES('T1','r1','observe:database',1,'h1','database','v412 filled the pool',0.8125,'orders','orders-db','saturation','["o7", "o8"]','["o9"]','["look at the pool"]','["pool waits are 0"]','roll v412 back','v412');
INSERT INTO "hypotheses" VALUES('T1','r1','hypothesise:application',1,'h1','application','explanation 1',0.5,'','','unknown','["o1"]','[]','[]','[]','','');
INSERT INTO "hypotheses" VALUES('T1','r1','hypothesise:application',2,'h2','application','explanation 2',0.5,'','','unknown','["o2"]','[]','[]','[]','','');
INSERT INTO "hypotheses" VALUES('T1','r1','ranking',1,'h1','database','v412 filled the pool',0.8125,'orders','orders-db','saturation','["o7", "o8"]','["o9"]','["look at the pool"]','["pool waits are 0"]','roll v412 back','v412');
INSERT INTO "hypotheses" VALUES('T1','r1','ranking',2,'h2','application','explanation 2',0.25,'','','unknown','["o2"]','[]','[]','[]','','');
CREATE TABLE incidents (
    workspace TEXT NOT NULL,
    incident_key TEXT NOT NULL,
    incident_id TEXT NOT NULL,
    title TEXT NOT NULL,
    severity TEXT NOT NULL,
    start_time TEXT NOT NULL,
    end_time TEXT,
    baseline_start TEXT,
    baseline_end TEXT,
    affected_services TEXT NOT NULL CHECK (json_valid(affected_services)),
    environment TEXT NOT NULL,
    cluster TEXT NOT NULL,
    namespace TEXT NOT NULL,
    recorded INTEGER NOT NULL CHECK (recorded IN (0, 1)),
    PRIMARY KEY (workspace, incident_key)
) STRICT
;
INSERT INTO "incidents" VALUES('T1','inc-1','INC-1','INC-1 is slow','unknown','2026-03-14T12:00:00.000000Z',NULL,NULL,NULL,'["checkout"]','','','',0);
CREATE TABLE investigations (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    opened_no INTEGER NOT NULL UNIQUE,
    incident_key TEXT NOT NULL,
    incident_id TEXT NOT NULL,
    title TEXT NOT NULL,
    team TEXT NOT NULL,
    agent_ids TEXT NOT NULL CHECK (json_valid(agent_ids)),
    budget_nano INTEGER NOT NULL,
    mode TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    requested_by_name TEXT NOT NULL,
    requested_at TEXT NOT NULL,
    surface TEXT NOT NULL,
    place TEXT NOT NULL,
    request_id TEXT NOT NULL,
    assumed TEXT NOT NULL CHECK (json_valid(assumed)),
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    last_seq INTEGER NOT NULL,
    updated_at TEXT NOT NULL,
    started_at TEXT,
    ended_at TEXT,
    stop_requested_by TEXT,
    stop_requested_by_name TEXT, similar TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(similar)), unknown TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(unknown)),
    PRIMARY KEY (workspace, investigation_id),
    FOREIGN KEY (workspace, incident_key) REFERENCES incidents
) STRICT
;
INSERT INTO "investigations" VALUES('T1','r1',1,'inc-1','INC-1','INC-1 is slow','incident','["application", "database"]',10000000000,'sequential','U1','Ana','2026-03-14T12:00:00.000000Z','slack','C1','q1','[]','stopped','Ben pressed Stop',19,'2026-03-14T12:00:18.000000Z','2026-03-14T12:00:01.000000Z','2026-03-14T12:00:18.000000Z','U2','Ben','[]','[]');
CREATE TABLE observations (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    step TEXT NOT NULL,
    position INTEGER NOT NULL,
    observation_id TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    summary TEXT NOT NULL,
    standing TEXT NOT NULL,
    signal TEXT NOT NULL,
    aspect TEXT NOT NULL,
    service TEXT NOT NULL,
    peer TEXT NOT NULL,
    signal_name TEXT NOT NULL,
    score REAL NOT NULL,
    onset TEXT,
    value REAL,
    usual REAL,
    unit TEXT NOT NULL,
    window_start TEXT,
    window_end TEXT,
    source TEXT NOT NULL,
    query TEXT NOT NULL,
    link TEXT NOT NULL,
    latest TEXT,
    sketch TEXT CHECK (sketch IS NULL OR json_valid(sketch)),
    calls TEXT NOT NULL CHECK (json_valid(calls)),
    PRIMARY KEY (workspace, investigation_id, step, position),
    FOREIGN KEY (workspace, investigation_id, step) REFERENCES steps ON DELETE CASCADE
) STRICT
;
INSERT INTO "observations" VALUES('T1','r1','observe:database',1,'o7','database','orders-db pool 20/20 «наполнен» 池','unusual','trace','saturation','orders','orders-db','pool_in_use',0.875,'2026-03-14T12:00:01.000001Z',20.0,6.5,'connections','2026-03-14T12:00:00.000000Z','2026-03-14T12:01:00.000000Z','snapshot','pool_in_use{service="orders"}','http://127.0.0.1/explore','2026-03-14T12:00:59.000000Z','{"label":"pool","unit":"connections","times":[1.0,2.0],"values":[6.0,null]}','[["gateway", "orders"], ["orders", "orders-db"]]');
INSERT INTO "observations" VALUES('T1','r1','observe:database',2,'','database','no locks','no_data','log','other','','','',0.0,NULL,NULL,NULL,'',NULL,NULL,'','','',NULL,NULL,'[]');
CREATE TABLE past (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    incident_key TEXT NOT NULL,
    past_no INTEGER NOT NULL UNIQUE,
    began TEXT NOT NULL,
    recorded INTEGER NOT NULL CHECK (recorded IN (0, 1)),
    features TEXT NOT NULL CHECK (json_valid(features)),
    tokens TEXT NOT NULL,
    PRIMARY KEY (workspace, incident_key),
    FOREIGN KEY (workspace, investigation_id) REFERENCES investigations ON DELETE CASCADE
) STRICT
;
PRAGMA writable_schema=ON;
INSERT INTO sqlite_master(type,name,tbl_name,rootpage,sql)VALUES('table','past_index','past_index',0,'CREATE VIRTUAL TABLE past_index USING fts5(tokens, content=''past'', content_rowid=''past_no'', tokenize=''ascii'')');
CREATE TABLE 'past_index_config'(k PRIMARY KEY, v) WITHOUT ROWID;
INSERT INTO "past_index_config" VALUES('version',4);
CREATE TABLE 'past_index_data'(id INTEGER PRIMARY KEY, block BLOB);
INSERT INTO "past_index_data" VALUES(1,X'');
INSERT INTO "past_index_data" VALUES(10,X'00000000000000');
CREATE TABLE 'past_index_docsize'(id INTEGER PRIMARY KEY, sz BLOB);
CREATE TABLE 'past_index_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;
CREATE TABLE posts (
    workspace TEXT NOT NULL,
    key TEXT NOT NULL,
    kept_no INTEGER NOT NULL UNIQUE,
    investigation_id TEXT NOT NULL,
    place TEXT NOT NULL,
    message_id TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    status TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (workspace, key)
) STRICT
;
INSERT INTO "posts" VALUES('T1','r1:parent',1,'r1','C1','17.5','','','sending','2026-03-14T12:00:00.000000Z');
CREATE TABLE steps (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    step TEXT NOT NULL,
    phase TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    started_seq INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    outcome TEXT,
    duration_s REAL NOT NULL,
    cost_nano INTEGER NOT NULL,
    note TEXT NOT NULL, queries INTEGER NOT NULL DEFAULT 0, read_bytes INTEGER NOT NULL DEFAULT 0, series INTEGER NOT NULL DEFAULT 0, refused INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace, investigation_id, step),
    FOREIGN KEY (workspace, investigation_id) REFERENCES investigations ON DELETE CASCADE
) STRICT
;
INSERT INTO "steps" VALUES('T1','r1','observe:database','observe','database',3,'2026-03-14T12:00:02.000000Z','timed_out',120.25,125000000,'did not answer in 120 s',0,0,0,0);
INSERT INTO "steps" VALUES('T1','r1','hypothesise:application','hypothesise','application',6,'2026-03-14T12:00:05.000000Z','finished',1.5,0,'',0,0,0,0);
CREATE TABLE task_results (
    workspace TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    task_id TEXT NOT NULL,
    kept_no INTEGER NOT NULL UNIQUE,
    agent TEXT NOT NULL,
    status TEXT NOT NULL,
    started_at TEXT,
    finished_at TEXT,
    duration_s REAL NOT NULL,
    attempts INTEGER NOT NULL,
    artifacts TEXT NOT NULL,
    errors TEXT NOT NULL CHECK (json_valid(errors)),
    cost_nano INTEGER NOT NULL,
    PRIMARY KEY (workspace, execution_id, task_id)
) STRICT
;
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE UNIQUE INDEX one_unfinished_run_of_an_incident ON investigations (workspace, incident_key)
WHERE state NOT IN ('completed', 'stopped', 'failed')
;
CREATE INDEX newest_investigations ON investigations (workspace, requested_at, opened_no);
CREATE INDEX investigations_of_an_incident ON investigations (workspace, incident_key);
CREATE INDEX observations_by_id ON observations (workspace, investigation_id, observation_id);
CREATE INDEX posts_of_an_investigation ON posts (workspace, investigation_id, kept_no);
CREATE INDEX posts_by_message ON posts (workspace, place, message_id);
CREATE VIEW ranking AS
SELECT hypotheses.workspace, hypotheses.investigation_id, investigations.incident_id, hypotheses.position AS rank,
    hypotheses.hypothesis_id, hypotheses.initial_confidence, hypotheses.agent_id, hypotheses.service,
    hypotheses.fault_kind, hypotheses.statement, decisions.verdict, decisions.decided_by_name, decisions.decided_at,
    decisions.reason
FROM hypotheses
JOIN investigations USING (workspace, investigation_id)
LEFT JOIN decisions USING (workspace, investigation_id, hypothesis_id)
WHERE hypotheses.listed_in = 'ranking';
CREATE VIEW spending AS
SELECT workspace, investigation_id, agent_id, calls, tokens_in, tokens_out, nano,
    printf('%d.%09d', nano / 1000000000, nano % 1000000000) AS dollars
FROM (
    SELECT workspace, investigation_id, agent_id, sum(call) AS calls, sum(tokens_in) AS tokens_in,
        sum(tokens_out) AS tokens_out, max(sum(booked_nano), sum(told_nano)) AS nano
    FROM (
        SELECT workspace, investigation_id, agent_id, 1 AS call, tokens_in, tokens_out,
            amount_nano AS booked_nano, 0 AS told_nano
        FROM costs WHERE status <> 'released'
        UNION ALL
        SELECT workspace, investigation_id, agent_id, 0, 0, 0, 0, cost_nano FROM steps
    )
    GROUP BY workspace, investigation_id, agent_id
);
CREATE TRIGGER past_added AFTER INSERT ON past BEGIN
    INSERT INTO past_index (rowid, tokens) VALUES (new.past_no, new.tokens);
END;
CREATE TRIGGER past_removed AFTER DELETE ON past BEGIN
    INSERT INTO past_index (past_index, rowid, tokens) VALUES ('delete', old.past_no, old.tokens);
END;
CREATE INDEX changes_by_time ON changes (workspace, at);
CREATE INDEX hub_messages_that_wait ON hub_messages (workspace, investigation_id, recipient, kept_no) WHERE taken = 0
;
CREATE TRIGGER hub_goes_along AFTER DELETE ON investigations BEGIN
    DELETE FROM hub_messages WHERE workspace = old.workspace AND investigation_id = old.investigation_id;
    DELETE FROM hub_tasks WHERE workspace = old.workspace AND investigation_id = old.investigation_id;
    DELETE FROM gates WHERE workspace = old.workspace AND investigation_id = old.investigation_id;
    DELETE FROM agent_statuses WHERE workspace = old.workspace AND investigation_id = old.investigation_id;
    DELETE FROM hub_facts WHERE workspace = old.workspace AND investigation_id = old.investigation_id;
END;
PRAGMA writable_schema=OFF;
COMMIT;
