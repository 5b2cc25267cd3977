// One message: who, when, what, and what can be done with it.

import { act, actBusy } from "../act.js";
import { blocks } from "../blocks/index.js";
import { avatar, h, icon } from "../dom.js";
import { openThread, replies, state, userOf } from "../store.js";
import { ago, clock, full } from "../text/dates.js";
import { glyph, mrkdwn } from "../text/mrkdwn.js";
import { enlarge } from "./question.js";

const keyOf = (message, actionId) => `${message.channel}/${message.ts}/${actionId}`;

function contextFor(message, place) {
  const press = (block, element, choice) => actBusy(keyOf(message, element.action_id), "click", {
    channel: message.channel, ts: message.ts, action_id: element.action_id, block_id: block.block_id, choice,
  });
  return {
    name: `${place}-${message.ts}`,
    key: (actionId) => keyOf(message, actionId),
    press,
    changed: (block, element, choice) => (block.type === "input" && !block.dispatch_action ? null : press(block, element, choice)),
    draft: () => undefined,
    images: message.images,
    live: true,
  };
}

function said(message, place) {
  const edited = message.edited && h("span", { class: "edited", title: full(message.edited.ts) }, " (edited)");
  if (message.blocks?.length) {
    const nodes = blocks(message.blocks, contextFor(message, place));
    return edited ? withMark(nodes, edited) : nodes;
  }
  if (!message.text) return edited;
  const text = mrkdwn(message.text);
  if (edited) (text.lastElementChild ?? text).append(edited);
  return text;
}

// After the last words, as Slack does it; behind everything where there are none.
function withMark(nodes, edited) {
  const last = nodes.findLast((node) => node.matches(".block-context, .block-section"));
  const words = last?.matches(".block-context") ? last : last?.querySelector(".main-part > .words > :last-child");
  if (!words || words.matches("pre")) return [...nodes, edited];
  words.append(edited);
  return nodes;
}

function file(one) {
  if (!one.image) {
    return h("a", { class: "file", href: one.path, download: one.name }, icon("archive"), h("span", {}, one.title, h("br"), h("small", {}, `${Math.ceil(one.size / 1024)} kB`)));
  }
  const image = h("img", { src: one.path, alt: one.alt, loading: "lazy" });
  image.addEventListener("click", () => enlarge(one.path, one.alt));
  return h("div", { class: "file-image" }, h("p", { class: "file-name" }, one.title), image);
}

function onlyYou(message) {
  return h("p", { class: "only-you" }, icon("eye", 14), "Only visible to you ·",
    h("button", { type: "button", onclick: () => act("dismiss", { channel: message.channel, ts: message.ts }) }, "Dismiss"));
}

function reactions(message) {
  if (!message.reactions?.length) return null;
  return h("div", { class: "reactions" }, message.reactions.map((one) => h("span", {
    class: `reaction${one.users.includes(state.me) ? " mine" : ""}`, title: one.users.map((id) => userOf(id).real_name).join(", "),
  }, glyph(one.name) ?? `:${one.name}:`, ` ${one.count}`)));
}

function threadButton(message) {
  const answers = replies(message.channel, message.ts);
  if (!answers.length) return null;
  const people = [...new Set(answers.map((answer) => answer.user))].slice(0, 4);
  const open = state.thread?.ts === message.ts;
  return h("button", {
    class: "replies", type: "button", "aria-expanded": String(open), onclick: () => openThread(message.channel, message.ts),
  },
    people.map((id) => avatar(userOf(id), "small")),
    h("span", { class: "number" }, `${answers.length} ${answers.length === 1 ? "reply" : "replies"}`),
    h("span", { class: "last" }, `Last reply ${ago(answers.at(-1).ts)}`));
}

function tools(message, place) {
  if (message.ephemeral_for || message.subtype === "tombstone") return null;
  const tool = (label, sign, onclick) => h("button", { class: "icon-button", type: "button", "aria-label": label, title: label, onclick }, icon(sign, 17));
  const where = { channel: message.channel, ts: message.ts };
  const shortcuts = state.app.shortcuts.filter((one) => one.kind === "message");
  const menu = shortcuts.length > 0 && h("details", { class: "menu" },
    h("summary", { class: "icon-button", "aria-label": "More actions", title: "More actions" }, icon("more", 17)),
    h("div", { class: "items", role: "menu" }, shortcuts.map((one) => h("button", {
      type: "button", role: "menuitem", onclick: () => { menu.open = false; act("shortcut", { ...where, callback_id: one.callback_id }); },
    }, one.name))));
  return h("div", { class: "tools" },
    tool("React with eyes", "smile", () => act("react", { ...where, name: "eyes" })),
    place === "channel" && tool("Reply in thread", "reply", () => openThread(message.channel, message.thread_ts ?? message.ts)),
    menu);
}

function meta(message, user) {
  return h("div", { class: "meta" },
    h("span", { class: "name" }, user.real_name),
    user.is_bot && h("span", { class: "badge" }, "APP"),
    user.is_stranger && h("span", { class: "tag" }, "partner"),
    h("time", { title: full(message.ts) }, clock(message.ts)));
}

/** The element of a message; `compact` leaves out avatar and name, `place` is "channel" or "thread". */
export function messageNode(message, { place = "channel", compact = false } = {}) {
  const user = userOf(message.user);
  const gone = message.subtype === "tombstone";
  const classes = ["msg", compact && "compact", message.ephemeral_for && "ephemeral", gone && "gone"].filter(Boolean).join(" ");
  return h("article", { class: classes, "data-ts": message.ts, "aria-label": `${user.real_name}, ${clock(message.ts)}` },
    h("div", { class: "gutter" }, compact ? clock(message.ts) : avatar(user)),
    h("div", { class: "body" },
      !compact && meta(message, user),
      message.ephemeral_for && onlyYou(message),
      h("div", { class: "content" }, said(message, place), (message.files ?? []).map(file)),
      reactions(message),
      place === "channel" && threadButton(message)),
    tools(message, place));
}

/** Whether `message` can stand under `before` without its own name. */
export function continues(before, message) {
  return Boolean(before) && before.user === message.user && !message.ephemeral_for && !before.ephemeral_for
    && Number(message.ts) - Number(before.ts) < 300 && !replies(before.channel, before.ts).length && !before.blocks?.length;
}
