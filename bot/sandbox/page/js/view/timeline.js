// The channel: its messages day by day, with the commands that the person typed in between.

import { add, h } from "../dom.js";
import { channelMessages, inChannel, replies, state, userOf } from "../store.js";
import { ago, clock, dayName, full } from "../text/dates.js";
import { home } from "./home.js";
import { dayRow, MessageList, printOf } from "./list.js";
import { continues, messageNode } from "./message.js";

const box = document.getElementById("timeline");
const list = new MessageList(box);
let shown = null;

function intro(channel) {
  const words = channel.is_im
    ? ["This is where you talk to the app alone."]
    : [`This is the very beginning of #${channel.name}. Type `, h("code", {}, state.app.commands[0]?.command ?? "/"), " below to begin."];
  const name = channel.is_im ? state.app.name : `#${channel.name}`;
  return { key: "intro", print: channel.id, make: () => h("div", { class: "intro words" }, h("h2", {}, name), add(h("p"), words)) };
}

function commandRow(typed) {
  const name = typed.user === state.me ? "You" : userOf(typed.user).real_name;
  return {
    key: `command ${typed.ts}`,
    print: `${typed.ts} ${name}`,
    make: () => h("div", { class: "command-line", title: full(typed.ts) }, h("span", {}, `${name} typed`), h("code", {}, `${typed.command} ${typed.text}`.trim()), h("span", {}, clock(typed.ts))),
  };
}

function entries(channel) {
  const messages = channelMessages(channel.id).filter(inChannel).map((message) => ({ ts: message.ts, message }));
  const commands = state.commands.filter((typed) => typed.channel === channel.id && typed.user === state.me);
  return [...messages, ...commands.map((typed) => ({ ts: typed.ts, typed }))].sort((a, b) => (a.ts < b.ts ? -1 : 1));
}

function rowsOf(channel) {
  const rows = [intro(channel)];
  let day = null;
  let before = null;
  for (const { ts, message, typed } of entries(channel)) {
    if (dayName(ts) !== day) {
      day = dayName(ts);
      before = null;
      rows.push(dayRow(day));
    }
    if (typed) {
      before = null;
      rows.push(commandRow(typed));
      continue;
    }
    const compact = continues(before, message);
    const answers = replies(message.channel, message.ts);
    rows.push({
      key: message.ts,
      print: printOf(message, compact, answers.length, answers.length && ago(answers.at(-1).ts), state.thread?.ts === message.ts),
      make: () => messageNode(message, { compact }),
    });
    before = message;
  }
  return rows;
}

export function drawTimeline() {
  const channel = state.channels.get(state.channel);
  if (!channel) return;
  const view = `${channel.id} ${state.tab} ${state.me}`;
  if (view !== shown) {
    list.reset();
    shown = view;
  }
  if (state.tab === "home") box.replaceChildren(home());
  else list.show(rowsOf(channel));
}

export const flash = (ts) => list.flash(ts);
