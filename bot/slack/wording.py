"""Every word that Slack shows, in one place: short sentences, what happened first, then what to do.

What the forms say is beside it, in `bot.slack.form_wording`. Nothing here formats foreign text;
whoever fills these in has made it safe before (`bot.slack.text`).
"""

from orchestrator.model import (
    AllowanceKind,
    Conclusion,
    GateState,
    InvestigationState,
    Phase,
    Severity,
    Standing,
    Strength,
    Verdict,
)

RECORDED = "RECORDED DATA"
BOT = "compass"

# --- the parent ---------------------------------------------------------------------------------------------------------
NO_CAUSE_YET = "no cause yet"
QUEUED = "Queued"
QUEUED_AT = "Queued, number {place} in line"
STARTING = "Starting"
STOPPING = "Stopping"
RANKING = "Ranking"
WAITING = "Waits for an answer"
TURN = {Phase.OBSERVE: "{number}/{count} {agent}", Phase.HYPOTHESISE: "Explaining {number}/{count} {agent}"}
TOGETHER = {
    Phase.OBSERVE: "{done}/{count} done, {agents} at work",
    Phase.HYPOTHESISE: "Explaining {done}/{count} done, {agents} at work",
}
PROVISIONAL = "provisional, {named} of {count} agents: {statement} ({strength})"
WINDOW = "From {start} ({local}), against {baseline}"
UPDATED = "Updated {time}"
ASSUMED = "Taken as default: {fields}"
TOLD = {
    "said": "From your words: {fields}",
    "model": "Read by a model: {fields}",
    "record": "From the record: {fields}",
}
UNREAD = "The model could not read the rest of your words ({why})."
TOLD_FIELDS = {
    "start_time": "start",
    "end_time": "end",
    "affected_services": "services",
    "severity": "severity",
    "budget": "budget",
    "mode": "mode",
    "agent_ids": "agents",
}
ASSUMED_FIELDS = {
    "start_time": "start (30 minutes before)",
    "severity": "severity (unknown)",
    "budget": "budget",
    "services": "services (nearest known names)",
}
DONE = {
    InvestigationState.COMPLETED: "Done in {duration}",
    InvestigationState.STOPPED: "Stopped after {duration}",
    InvestigationState.FAILED: "Failed",
}
IN_THREAD = "The answer is in the thread."
PROVISIONAL_IN_THREAD = "What was found is in the thread."
SEVERITY = {each: each.value if each != Severity.UNKNOWN else "severity unknown" for each in Severity}

# --- findings -----------------------------------------------------------------------------------------------------------
NOTHING_STANDS_OUT = "Nothing unusual in what could be checked"
ASKED = "Asked {whom}: {said}"
MORE_QUESTIONS = "more questions"
NORMAL = "Normal: {what}"
NOT_CHECKED = "Not checked: {what}"
WITHOUT_AGENT = "The run goes on without it."
NOTHING_LOOKED_AT = "no telemetry of its kind was there"
AGENT_FAILED = "did not answer"

# --- a gate -------------------------------------------------------------------------------------------------------------
GATE_TEXT = "{incident}: {reason}"
APPROVE, DENY = "Approve", "Deny"
GATE_AGENT = "{agent} asks"
MAY_ANSWER = "May answer: {who}."
ANYBODY, ANYBODY_ELSE = "anybody here", "anybody but {who}"
ENDS_ITSELF = "Ends itself {time}."
EXTENDED_BY = "Extended by {amount}"
GATE_SETTLED = {
    GateState.APPROVED: "Approved",
    GateState.DENIED: "Denied",
    GateState.EXPIRED: "Nobody answered in time",
    GateState.SUPERSEDED: "Not asked any more",
}
ANSWERED_BEFORE = "That was answered before: {answer}"
GROUPS_UNKNOWN = (
    "Slack did not tell who is in {groups}, so nobody counts as a member. "
    "Compass needs the scope `usergroups:read`; install the app again where it lacks it."
)
GATE_OPEN = "asks: {reason}"

# --- the report ---------------------------------------------------------------------------------------------------------
LIKELY = "Likely: {headline}"
CONCLUSION_TEXT = {
    Conclusion.LIKELY: "likely {headline} ({strength})",
    Conclusion.NO_CLEAR_CAUSE: "no clear cause",
    Conclusion.NOTHING_UNUSUAL: "nothing unusual in what could be checked",
    Conclusion.NOTHING_OBSERVED: "nothing could be observed",
}
STRENGTH = {each: each.value for each in Strength}
IMPACT, SINCE, DO_FIRST, WHY, AGAINST = "*Impact*", "*Since*", "*Do first*", "*Why* (UTC)", "*Against*"
WRONG_IF, RULED_OUT, UNCHECKED, LOOK_NEXT = "*Wrong if*", "*Ruled out*", "*Not checked*", "*Look next*"
SEEN_BEFORE = "*Seen before*"
SEEN_VERDICT = {Verdict.ACCEPTED: "accepted by {who}", Verdict.REJECTED: "rejected by {who}"}
ALIKE = "alike: {what}"
DEGRADED, DID_NOT_RUN, ENDED_EARLY, STANDS_OUT = "*Without*", "*Did not run*", "*Ended early*", "*Stands out* (UTC)"
REMARKS = "*Remarks*"
NOTHING_AGAINST = "nothing found"
NAMED_BY = "named by {count} agents"
LOOKED_AT = "Looked at {window}, against {baseline}"
DATA_UNTIL = "Data to {time}"
SOURCE_UNTIL = "{source} to {time}"
DECIDED = {Verdict.ACCEPTED: "Accepted by {who} · {time}", Verdict.REJECTED: "Rejected by {who} · {time}"}
DECIDED_MARK = {Verdict.ACCEPTED: ":white_check_mark:", Verdict.REJECTED: ":no_entry_sign:"}
MORE_IN_ALL = "more under All"
MORE_IN_EVIDENCE = "more under Evidence"
MORE_IN_FACTS = "more under Facts"
IN_FACTS = "under Facts"

# --- chart and cost -----------------------------------------------------------------------------------------------------
CHART = "Chart: {what}"
CHART_ALT = "Line chart of {what}: {summary}"
NO_CHART = {
    "library": "No chart: matplotlib is not installed. Install it with `pip install 'compass-oncall[charts]'`.",
    "drawing": "No chart: it could not be drawn. The figures are in the report.",
    "permission": "No chart: Compass may not upload files here. Add the scope `files:write` and install the app again.",
    "upload": "No chart: Slack did not take the picture. The figures are in the report.",
}
NOTICED_TEXT = "{incident}: {words}"
COST = "Cost"
COST_TEXT = "{incident}: cost {spent} of {limit}"

# --- buttons and lists --------------------------------------------------------------------------------------------------
STOP, CHANGE_WINDOW, ACCEPT, REJECT, EVIDENCE = "Stop", "Change window", "Accept", "Reject", "Evidence"
ALL = "All {count}"
FACTS, CALLS_OF_RUN = "Facts ({count})", "Calls ({count})"
NEXT, PREVIOUS = "Next", "Previous"
CLOSE, CANCEL, START = "Close", "Cancel", "Start"
STOP_TITLE, STOP_YES, STOP_NO = "Stop this investigation?", "Stop it", "Go on"
STOP_QUESTION = "It ends with what it has found so far. The report is posted at once."
LOADING_TITLE, LOADING = "One moment", "Compass is looking it up."
ANSWER_TITLE = "Compass"
EVIDENCE_TITLE, HYPOTHESES_TITLE, FACTS_TITLE = "Evidence", "All hypotheses", "What was observed"
FOR_IT, AGAINST_IT, CHECK_IT, DISPROVE_IT = "*For it*", "*Against it*", "*How to check it*", "*It is wrong if*"
NOTHING_FOR_IT = "No observation is cited."
OPEN_SOURCE = "open"
PAGE = "{first}–{last} of {count}"
NO_HYPOTHESES = "No hypothesis was formed."
LEDGER_TITLE, NO_CALLS = "What each call cost", "No call was made that costs money."
NO_FACTS = "Nothing was observed."
STANDING = {Standing.UNUSUAL: "*Unusual*", Standing.NORMAL: "*Normal*", Standing.NO_DATA: "*Not checked*"}
WHERE = "Where: {place}"
KIND = "Kind: {kind}"
CHANGE = "Change: {change}"
CALLS = "calls from {caller} to {callee}"
BETWEEN = "between {service} and {peer}"
GONE_HYPOTHESIS = "That hypothesis is not part of this investigation. Look at the report in the thread."

# --- answers that only one person sees ----------------------------------------------------------------------------------
JOINED = "{incident} is being investigated already, asked for by {who}. {where}"
STARTED = "{incident} is being investigated. {where}"
FOLLOW = "Follow it {link}."
FOLLOW_HERE = "in its thread"
JOINED_PRIVATE = "{incident} is being investigated already, in a private channel."
MAY_NOT_POST = {
    "not_in_channel": "Compass is not in that channel, so the thread of {incident} cannot be shown there. "
    "Type `/invite @{bot}` in the channel: the thread then appears by itself.",
    "is_archived": "The channel is archived, so the thread of {incident} cannot be shown there. "
    "Ask again in another channel.",
    "restricted_action": "This workspace does not let Compass post in that channel, so the thread of {incident} "
    "cannot be shown there. Ask an admin, or ask again in another channel.",
    "other": "Slack does not let Compass post in that channel ({code}), so the thread of {incident} cannot be "
    "shown there. Ask again in another channel.",
}
RUN_GOES_ON = "The investigation itself goes on."
ALREADY = {
    Verdict.ACCEPTED: "Already accepted by {who}, {time}.",
    Verdict.REJECTED: "Already rejected by {who}, {time}.",
}
STOPPED = "{incident} is stopped. What was found is in its thread."
ENDED_ALREADY = "{incident} had already ended. Nothing was changed."
WHICH_ONE = "Several investigations are going on. Which one? For example: `{command} stop {incident}`"
NOTHING_RUNS = "No investigation is going on. Start one with `{command} INC-123`."
NOT_RUNNING = "No investigation of {incident} is going on. `{command} status` shows what is."
NO_HISTORY = "No investigation yet. Start one with `{command} INC-123`."
NO_HISTORY_OF = "No investigation of {incident} yet. `{command} history` shows all that were."
HIDDEN = "+{count} in private channels, shown only there"
STATUS_TITLE, HISTORY_TITLE = "*Going on*", "*Latest investigations*"
STATUS_TEXT = "{count} investigations are going on"
LAST_DAYS, TODAY = "Last 30 days: {cost}", "Today (UTC): {spent}"
OF_ALLOWANCE = {
    AllowanceKind.DAY: "{spent}",
    AllowanceKind.CHANNEL: "this channel {spent}",
    AllowanceKind.USER: "you {spent}",
}
HISTORY_TEXT = "The latest {count} investigations"
ASKED_BY = "asked by {who}"
THREAD = "thread"
STATE = {
    InvestigationState.QUEUED: "waiting",
    InvestigationState.RUNNING: "running",
    InvestigationState.WAITING_APPROVAL: "waits for an approval",
    InvestigationState.COMPLETED: "completed",
    InvestigationState.STOPPED: "stopped",
    InvestigationState.FAILED: "failed",
}
DECISIONS = "{accepted} accepted, {rejected} rejected"

GUEST = "Guests may not use Compass in this workspace. Ask a member of the team, or an admin to allow guests."
PARTNER = "Only members of this workspace may use Compass. Ask a colleague on this side of the shared channel."
SHARED_CHANNEL = (
    "This channel is shared with another company, and Compass does not work in shared channels here. "
    "Ask again in a channel of your own."
)
UNKNOWN_PERSON = "Slack did not tell Compass who you are, so nothing was done. Try again in a moment."
QUESTION = "“{said}” may mean one of these. Which?"
CONTRADICTION = "Only one of “{said}” can hold. Which?"
QUESTIONS = {
    "services": "“{said}” may be one of these services. Which?",
    "since": "“{said}” may be one of these moments. Which?",
    "incident": "A run looks at one incident. Which?",
}
QUESTION_TEXT = "Which did you mean by “{said}”? Nothing was started."
NOTHING_STARTED = "Nothing was started yet."
OTHER = "Other…"
OUTDATED = (
    "This is of another version of Compass, so nothing was done. "
    "Look at the latest messages of the thread, or type `{command} status`."
)
TOO_LATE = "Slack waited too long to open the form. Click once more."
UNEXPECTED = (
    "Something went wrong on our side. Try again; if it happens again, look into the log under request {request}."
)
REQUEST = "Request {request}"
TYPED = "You wrote: {words}"
PREDICATES = ("must", "is", "has", "was", "may", "cannot")
"""With these a rule begins that goes on after its field's name: "budget must be more than $0"."""

HELP_TEXT = "How to use Compass"
HELP = (
    "*Compass investigates incidents.* Agents look at the telemetry one after the other, and a thread shows what they find.",
    "`{command} INC-123` starts, or joins the run that is going on",
    "`{command} checkout answers 5xx since=30m services=checkout` works without an id where a live telemetry store is set up",
    "Words do, too: `{command} checkout 5xx since two hours ago, spend at most $5`; what is unclear is asked",
    "Options: `budget=10` `since=14:00` `until=14:45` `services=checkout,payments` `severity=SEV2` `agents=database`",
    "`mode=parallel` lets all agents look at once: sooner done, and what one does not spend helps no other",
    "`{command} new` opens a form",
    "`{command} status` shows what is going on · `{command} history` what was before",
    "`{command} stop INC-123` ends a run with what it has",
    "In a thread: `@{bot} investigate INC-123` or `@{bot} status`. On a message: _Investigate this_.",
    "Times without a zone are read in yours. Agents never change anything: they look, people decide.",
)
MENTION_HINT = "Forms cannot be opened from a mention. Type `{command} new` in the channel."
