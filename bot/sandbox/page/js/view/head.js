// The bar above the messages, and the line that says where we are.

import { avatar, fill, h, icon } from "../dom.js";
import { openChannel, state, userOf } from "../store.js";
import { mrkdwn } from "../text/mrkdwn.js";
import { toggleSidebar } from "./sidebar.js";

const bar = document.getElementById("head");
const banner = document.getElementById("banner");

function members(channel) {
  const people = channel.members.map(userOf);
  return h("div", { class: "people", title: people.map((user) => user.real_name).join(", ") },
    people.slice(0, 3).map((user) => avatar(user, "tiny")), h("span", {}, String(people.length)));
}

function tabs() {
  const tab = (name, label) => h("button", {
    type: "button", role: "tab", "aria-selected": String(state.tab === name), onclick: () => openChannel(state.channel, name),
  }, label);
  return h("div", { class: "tabs", role: "tablist" }, tab("home", "Home"), tab("messages", "Messages"));
}

export function drawHead() {
  const channel = state.channels.get(state.channel);
  if (!channel) return;
  const menu = h("button", { class: "icon-button menu", type: "button", "aria-label": "Channels", onclick: () => toggleSidebar(true) }, icon("menu"));
  if (channel.is_im) {
    fill(bar, menu, avatar(userOf(state.app.user), "small"), h("h1", {}, state.app.name), tabs(), h("span", { class: "topic" }, state.app.description));
  } else {
    const topic = h("span", { class: "topic" }, mrkdwn(channel.topic.value, "span"));
    const sign = channel.is_private ? icon("lock", 16) : null;
    fill(bar, menu, h("h1", {}, sign ?? "# ", channel.name), topic, channel.is_ext_shared && h("span", { class: "tag" }, "shared with a partner"),
      channel.is_archived && h("span", { class: "tag" }, "archived"), members(channel));
  }
  banner.className = state.connected ? "banner" : "banner away";
  banner.textContent = state.connected
    ? "Local sandbox: nothing goes to Slack. Its messages are gone when it stops; what Compass found stays in the database."
    : "The sandbox does not answer. This page comes back by itself.";
  document.title = `${channel.is_im ? state.app.name : `#${channel.name}`} · ${state.team.name} · Sandbox`;
}
