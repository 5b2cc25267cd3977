// The left column: the workspace, its channels, the app, and whom the page acts as.

import { act } from "../act.js";
import { avatar, fill, h, icon } from "../dom.js";
import { actAs, openChannel, state, userOf, visibleChannels } from "../store.js";

const column = document.getElementById("sidebar");
const scrim = document.getElementById("scrim");

export function toggleSidebar(open) {
  column.classList.toggle("open", open);
  scrim.hidden = !open;
}

scrim.addEventListener("click", () => toggleSidebar(false));

const signOf = (channel) => (channel.is_archived ? "archive" : channel.is_private ? "lock" : channel.is_ext_shared ? "shared" : "hash");

function room({ id, name, sign, onclick }) {
  const unread = state.unread.get(id);
  return h("button", {
    class: `room${unread ? " unread" : ""}`, type: "button", "aria-current": String(id === state.channel), "data-channel": id,
    onclick: () => { toggleSidebar(false); onclick(); },
  },
    sign, h("span", { class: "name" }, name), unread?.mentions ? h("span", { class: "count", "aria-label": `${unread.mentions} mentions` }, unread.mentions) : null);
}

const channelRoom = (channel) => room({
  id: channel.id, name: channel.name, sign: h("span", { class: "sign" }, icon(signOf(channel), 15)), onclick: () => openChannel(channel.id),
});

async function openApp() {
  const answer = await act("open-app");
  if (answer.ok) openChannel(answer.channel, state.homes[state.me] ? "home" : "messages");
}

function appRoom() {
  const direct = [...state.channels.values()].find((channel) => channel.is_im && channel.user === state.me);
  return room({ id: direct?.id, name: state.app.name, sign: avatar(userOf(state.app.user), "tiny"), onclick: openApp });
}

function people() {
  const humans = [...state.users.values()].filter((user) => !user.is_bot);
  const me = userOf(state.me);
  return h("div", { class: "me" },
    h("p", { class: "me-label" }, h("span", {}, "You are ", h("strong", {}, me.name)), h("span", {}, me.is_restricted ? "guest" : me.is_stranger ? "partner" : "")),
    h("div", { class: "me-people", role: "radiogroup", "aria-label": "Act as" }, humans.map((user) => h("button", {
      class: "me-person", type: "button", role: "radio", "aria-checked": String(user.id === state.me),
      "aria-label": `Act as ${user.real_name}`, title: `${user.real_name} (@${user.name})${user.profile.title ? `, ${user.profile.title}` : ""}`, "data-user": user.name,
      onclick: () => actAs(user.id),
    }, avatar(user, "")))));
}

export function drawSidebar() {
  fill(column,
    h("div", { class: "team" }, h("span", { class: "team-mark", "aria-hidden": "true" }, state.team.name[0]), state.team.name),
    h("nav", { class: "rooms", "aria-label": "Channels and apps" },
      h("h2", {}, "Channels"), visibleChannels().map(channelRoom), h("h2", {}, "Apps"), appRoom()),
    people());
}
