// The thread pane: the parent, its replies, and where to answer. It opens by itself for a new thread when none is open.

import { h } from "../dom.js";
import { closeThread, mentionsMe, message as find, openThread, replies, state } from "../store.js";
import { Composer } from "./composer.js";
import { MessageList, printOf } from "./list.js";
import { continues, messageNode } from "./message.js";
import { closeButton } from "./question.js";

const pane = document.getElementById("thread");
const ALONG_SECONDS = 20;
const WIDE = matchMedia("(min-width: 821px)");
let shown = null;
let list = null;
let composer = null;

function frame(channel) {
  const box = h("div", { class: "scroll", role: "log", "aria-label": "Thread", "aria-live": "polite", tabindex: "0" });
  const place = h("div", { class: "composer-place" });
  pane.replaceChildren(
    h("header", { class: "thread-head" }, h("h2", {}, "Thread"), h("span", { class: "topic" }, channel.is_im ? state.app.name : `#${channel.name}`), closeButton("Close thread", closeThread)),
    box,
    place,
  );
  list = new MessageList(box);
  composer = new Composer(place, () => (state.thread ? { channel: state.thread.channel, thread_ts: state.thread.ts } : null));
}

const rule = (count) => ({
  key: "rule",
  print: String(count),
  make: () => h("div", { class: "thread-rule" }, `${count} ${count === 1 ? "reply" : "replies"}`),
});

function rowsOf(parent, answers) {
  const row = (message, compact) => ({
    key: message.ts, print: printOf(message, compact), make: () => messageNode(message, { place: "thread", compact }),
  });
  const rows = [row(parent, false)];
  if (answers.length) rows.push(rule(answers.length));
  answers.forEach((answer, index) => rows.push(row(answer, index > 0 && continues(answers[index - 1], answer))));
  return rows;
}

// The app's answer to the person, while nothing but what the app posted along with it stands below.
function answerToRead(answers) {
  const index = answers.findLastIndex((answer) => answer.bot_id && !answer.ephemeral_for && mentionsMe(answer));
  if (index < 0) return null;
  const along = (other) => other.bot_id && !other.ephemeral_for && Number(other.ts) - Number(answers[index].ts) < ALONG_SECONDS;
  return answers.slice(index + 1).every(along) ? answers[index].ts : null;
}

export function drawThread() {
  const parent = state.thread && find(state.thread.channel, state.thread.ts);
  pane.hidden = !parent;
  if (!parent) {
    shown = null;
    return;
  }
  const view = `${parent.channel} ${parent.ts} ${state.me}`;
  if (view !== shown) {
    frame(state.channels.get(parent.channel));
    shown = view;
  }
  const answers = replies(parent.channel, parent.ts);
  list.show(rowsOf(parent, answers), { anchor: answerToRead(answers) });
  composer.draw();
}

/** A reply came: show its thread if none is open, or only one from before the person's last command; never one they closed. */
export function followThread(message) {
  if (!message.thread_ts || message.channel !== state.channel || !WIDE.matches) return;
  if (state.dismissedThreads.has(message.thread_ts) || message.thread_ts === state.thread?.ts) return;
  const asked = state.commands.filter((typed) => typed.user === state.me && typed.channel === state.channel).at(-1);
  const outdated = state.thread && asked && state.thread.ts < asked.ts && asked.ts < message.thread_ts;
  const writing = pane.contains(document.activeElement) && document.activeElement.value;
  if (!state.thread || (outdated && !writing)) openThread(message.channel, message.thread_ts);
}

/** The newest thread of the channel, for a page that was just loaded. */
export function openLatestThread() {
  if (!WIDE.matches || state.thread) return;
  const messages = [...(state.messages.get(state.channel)?.values() ?? [])];
  const latest = messages.filter((message) => message.thread_ts && !message.ephemeral_for).sort((a, b) => (a.ts < b.ts ? -1 : 1)).at(-1);
  if (latest) openThread(latest.channel, latest.thread_ts);
}

export const flashInThread = (ts) => list?.flash(ts);
