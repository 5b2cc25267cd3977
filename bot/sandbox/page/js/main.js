// Where it all comes together: the feed changes the store, the store tells, and what is touched is drawn again.

import { connect } from "./feed.js";
import { openChannel, openThread, message as find, replies, state, subscribe } from "./store.js";
import { Composer } from "./view/composer.js";
import { drawHead } from "./view/head.js";
import { drawModal } from "./view/modal.js";
import { drawSidebar } from "./view/sidebar.js";
import { drawThread, flashInThread, followThread, openLatestThread } from "./view/thread.js";
import { drawTimeline, flash } from "./view/timeline.js";
import { notify } from "./view/toast.js";

const composer = new Composer(document.getElementById("composer"), () => (state.channel ? { channel: state.channel } : null));
let started = false;
let waiting = new Set();

const DRAW = {
  sidebar: drawSidebar,
  head: drawHead,
  timeline: drawTimeline,
  thread: drawThread,
  composer: () => composer.draw(),
  modal: drawModal,
  form: () => drawModal({ again: true }),
};

const TOUCHES = {
  picture: ["sidebar", "head", "timeline", "thread", "composer", "modal"],
  me: ["sidebar", "head", "timeline", "thread", "composer", "modal"],
  open: ["sidebar", "head", "timeline", "thread", "composer"],
  thread: ["timeline", "thread"],
  posted: ["sidebar", "timeline", "thread"],
  edited: ["timeline", "thread"],
  deleted: ["timeline", "thread"],
  channel: ["sidebar", "head", "timeline", "composer"],
  modals: ["modal"],
  home: ["timeline"],
  command: ["timeline"],
  connection: ["head"],
};

function draw() {
  const touched = waiting;
  waiting = new Set();
  if (!state.team) return;
  for (const part of Object.keys(DRAW)) if (touched.has(part)) DRAW[part]();
}

function touch(parts) {
  if (!waiting.size) queueMicrotask(draw);
  for (const part of parts) waiting.add(part);
}

function goToHash() {
  const [channel, ts] = decodeURIComponent(location.hash.slice(1)).split("/");
  if (!state.channels.has(channel)) return false;
  openChannel(channel);
  if (!ts) return true;
  const target = find(channel, ts);
  if (!target) return true;
  if (target.thread_ts || replies(channel, ts).length) openThread(channel, target.thread_ts ?? ts);
  queueMicrotask(() => { flash(target.thread_ts ?? ts); if (target.thread_ts) flashInThread(ts); });
  return true;
}

subscribe((change) => {
  if (change.type === "busy") {
    const view = (state.modals[state.me] ?? []).at(-1);
    touch(view && change.key.startsWith(`${view.id}/`) ? ["form"] : ["timeline", "thread"]);
    return;
  }
  touch(TOUCHES[change.type] ?? []);
  if (change.type === "posted") {
    notify(change.message);
    followThread(change.message);
  }
  if (change.type === "picture" && !started) {
    started = true;
    if (!goToHash()) openLatestThread();
    document.getElementById("app").dataset.ready = "true";
  }
});

addEventListener("hashchange", goToHash);
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.menu[open]")) if (!open.contains(event.target)) open.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const open of document.querySelectorAll("details.menu[open]")) open.open = false;
});
setInterval(() => touch(["timeline"]), 30_000);
connect();
