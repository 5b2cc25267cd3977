// Rich text, tables, plans and tasks.

import { h, icon } from "../dom.js";
import { state } from "../store.js";
import { slackDate } from "../text/dates.js";
import { glyph, link, mention, mrkdwn } from "../text/mrkdwn.js";

function styled(node, style = {}) {
  if (style.code) node = h("code", {}, node);
  if (style.bold) node = h("strong", {}, node);
  if (style.italic) node = h("em", {}, node);
  if (style.strike) node = h("s", {}, node);
  return node;
}

const PARTS = {
  text: (part) => document.createTextNode(part.text ?? ""),
  link: (part) => link(part.url ?? "", part.text || part.url || ""),
  emoji: (part) => glyph(part.name) ?? document.createTextNode(`:${part.name}:`),
  user: (part) => mention(part.user_id),
  usergroup: (part) => mrkdwn(`<!subteam^${part.usergroup_id}>`, "span"),
  channel: (part) => h("span", { class: "mention" }, `#${state.channels.get(part.channel_id)?.name ?? part.channel_id}`),
  broadcast: (part) => h("span", { class: "mention me-too" }, `@${part.range}`),
  date: (part) => document.createTextNode(slackDate(String(part.timestamp), part.format ?? "{date}", part.fallback ?? "")),
};

const parts = (list) => (list ?? []).map((part) => styled(PARTS[part.type]?.(part) ?? "", part.style));

const SECTIONS = {
  rich_text_section: (section) => h("p", {}, parts(section.elements)),
  rich_text_preformatted: (section) => h("pre", {}, parts(section.elements)),
  rich_text_quote: (section) => h("blockquote", {}, parts(section.elements)),
  rich_text_list: (section) => {
    const list = h(section.style === "ordered" ? "ol" : "ul", {}, (section.elements ?? []).map((one) => h("li", {}, parts(one.elements))));
    if (section.indent) list.style.setProperty("margin-left", `${Math.min(section.indent, 8) * 22}px`);
    return list;
  },
};

export function richText(block) {
  return h("div", { class: "words" }, (block.elements ?? []).map((section) => SECTIONS[section.type]?.(section)));
}

function cell(content) {
  if (content.type === "rich_text") return richText(content);
  return document.createTextNode(String(content.text ?? content.value ?? ""));
}

export function table(block) {
  const settings = block.column_settings ?? [];
  const [head, ...body] = block.rows;
  const classOf = (index, content) => {
    const setting = settings[index] ?? {};
    const align = setting.align ?? (content.type === "raw_number" ? "right" : "");
    return `${align === "left" ? "" : align} ${setting.is_wrapped === false ? "nowrap" : ""}`.trim();
  };
  const row = (tag) => (cells) => h("tr", {}, cells.map((content, index) =>
    h(tag, { class: classOf(index, content), scope: tag === "th" ? "col" : null }, cell(content))));
  return h("div", { class: "table-scroll" }, h("table", {}, h("thead", {}, row("th")(head)), h("tbody", {}, body.map(row("td")))));
}

const STATES = { pending: "dot", in_progress: null, complete: "check", error: "cross" };
const STATE_WORDS = { pending: "to do", in_progress: "under way", complete: "done", error: "failed" };

export function task(block) {
  const mark = STATES[block.status] ? icon(STATES[block.status], 16) : h("span", { class: "spinner" });
  return h("div", { class: `task ${block.status}` },
    h("span", { class: "state", title: STATE_WORDS[block.status] }, mark),
    h("div", {}, h("div", {}, block.title),
      block.details && h("div", { class: "more" }, richText(block.details)),
      block.output && h("div", { class: "more" }, richText(block.output))));
}

export function plan(block) {
  return h("div", { class: "plan" }, h("h4", {}, block.title), (block.tasks ?? []).map(task));
}
