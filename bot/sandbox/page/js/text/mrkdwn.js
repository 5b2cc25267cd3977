// Slack's mrkdwn to nodes: https://docs.slack.dev/messaging/formatting-message-text. Anything not understood stays text.

import { add, h } from "../dom.js";
import { state, userOf } from "../store.js";
import { slackDate } from "./dates.js";
import { emoji } from "./emoji.js";

export const unescape = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

const SPAN = new RegExp(
  [
    "<(?<control>[^<>\\n]+)>",
    "`(?<code>[^`\\n]+)`",
    "(?<![\\w*])\\*(?<bold>\\S(?:[^*\\n]*\\S)?)\\*(?![\\w*])",
    "(?<![\\w_])_(?<italic>\\S(?:[^_\\n]*\\S)?)_(?![\\w_])",
    "(?<![\\w~])~(?<strike>\\S(?:[^~\\n]*\\S)?)~(?![\\w~])",
    ":(?<emoji>[a-z0-9_+-]+):",
    "(?<url>https?:\\/\\/[^\\s<>|]+[^\\s<>|.,;:!?)\\]'\"])",
  ].join("|"),
  "g",
);

/** One line's worth of nodes. */
export function inline(text) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(SPAN)) {
    const node = span(match.groups);
    if (!node) continue;
    nodes.push(unescape(text.slice(at, match.index)), node);
    at = match.index + match[0].length;
  }
  nodes.push(unescape(text.slice(at)));
  return nodes;
}

function span(found) {
  if (found.control) return control(found.control);
  if (found.code) return h("code", {}, codeWords(found.code));
  if (found.bold) return h("strong", {}, inline(found.bold));
  if (found.italic) return h("em", {}, inline(found.italic));
  if (found.strike) return h("s", {}, inline(found.strike));
  if (found.url) return link(unescape(found.url), unescape(found.url));
  return glyph(found.emoji);
}

const codeWords = (text) => unescape(text.replace(/<([^<>|]+)(?:\|([^<>]+))?>/g, (_, target, label) => label ?? target));

export function glyph(name) {
  const sign = emoji(name);
  return sign ? h("span", { class: "emoji", role: "img", "aria-label": name, title: `:${name}:` }, sign) : null;
}

export function link(target, label) {
  if (!/^(https?:|mailto:)/i.test(target)) return document.createTextNode(label);
  const own = target.startsWith(`${location.origin}/archives/`);
  return h("a", { href: target, rel: "noopener noreferrer nofollow", target: own ? null : "_blank" }, label);
}

function control(body) {
  const bar = body.indexOf("|");
  const target = bar < 0 ? body : body.slice(0, bar);
  const label = bar < 0 ? "" : unescape(body.slice(bar + 1));
  if (target.startsWith("@")) return mention(target.slice(1), label);
  if (target.startsWith("#")) return channelLink(target.slice(1), label);
  if (target.startsWith("!")) return special(target.slice(1), label);
  if (!/^(https?:|mailto:|tel:)/i.test(target)) return document.createTextNode(`<${unescape(body)}>`);
  return link(unescape(target), label || unescape(target.replace(/^mailto:/, "")));
}

export function mention(id, label = "") {
  const user = state.users.get(id);
  const name = user ? user.name : label || id;
  return h("span", { class: id === state.me ? "mention me-too" : "mention", title: userOf(id).real_name }, `@${name}`);
}

function channelLink(id, label) {
  const channel = state.channels.get(id);
  return h("a", { class: "mention", href: `#${id}` }, `#${channel?.name ?? (label || id)}`);
}

function special(body, label) {
  const [kind, first, ...rest] = body.split("^");
  if (kind === "subteam") {
    const group = state.groups.get(first);
    const mine = group?.users.includes(state.me);
    return h("span", { class: mine ? "mention me-too" : "mention", title: group?.name }, `@${group?.handle ?? (label.replace(/^@/, "") || first)}`);
  }
  if (kind === "date") {
    const words = slackDate(first, unescape(rest[0] ?? ""), label);
    return h("time", { title: label }, words);
  }
  if (["here", "channel", "everyone"].includes(kind)) return h("span", { class: "mention me-too" }, `@${kind}`);
  return document.createTextNode(label || `<!${body}>`);
}

const BULLET = /^(\s*)([•◦▪–-]|\d{1,2}[.)])\s+(.*)$/;
const QUOTE = /^(?:&gt;|>)\s?(.*)$/;

/** Blocks of lines: code fences, quotes, list items, paragraphs. */
export function mrkdwn(text, tag = "div") {
  const box = h(tag, { class: "words" });
  for (const [index, part] of String(text ?? "").split("```").entries()) {
    if (index % 2) box.append(h("pre", {}, codeWords(part.replace(/^\n/, "").replace(/\n$/, ""))));
    else lines(box, index ? part.replace(/^\n/, "") : part);
  }
  return box;
}

function lines(box, text) {
  if (!text) return;
  let quote = null;
  const rows = text.replace(/\n$/, "").split("\n");
  for (const row of rows) {
    const quoted = row.match(QUOTE);
    const bullet = row.match(BULLET);
    if (quoted) {
      quote ??= box.appendChild(h("blockquote"));
      quote.append(h("p", {}, inline(quoted[1])));
      continue;
    }
    quote = null;
    if (bullet) box.append(item(bullet));
    else if (row.trim()) box.append(h("p", {}, inline(row)));
    else box.append(h("div", { class: "gap" }));
  }
}

function item([, indent, sign, words]) {
  const row = h("div", { class: "item" }, h("span", {}, sign === "-" ? "•" : sign), add(h("span"), inline(words)));
  if (indent) row.style.setProperty("margin-left", `${Math.min(indent.length, 12) * 6}px`);
  return row;
}

/** `plain_text`: as it is, but for emoji names. */
export function plain(text) {
  const box = h("div", { class: "words" });
  for (const row of String(text).split("\n")) {
    const nodes = row.split(/:([a-z0-9_+-]+):/).map((part, index) => (index % 2 ? (glyph(part) ?? `:${part}:`) : part));
    box.append(h("p", {}, nodes));
  }
  return box;
}

/** The words alone, as a notification shows them. */
export const plainWords = (text) => mrkdwn(text).textContent;
