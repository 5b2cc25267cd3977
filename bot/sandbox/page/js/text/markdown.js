// Markdown as the `markdown` block takes it: headings, lists, quotes, code, tables and the usual spans.

import { h } from "../dom.js";
import { glyph, link } from "./mrkdwn.js";

const SPAN = new RegExp(
  [
    "`(?<code>[^`]+)`",
    "\\*\\*(?<bold>\\S(?:.*?\\S)?)\\*\\*",
    "__(?<bold2>\\S(?:.*?\\S)?)__",
    "~~(?<strike>\\S(?:.*?\\S)?)~~",
    "(?<![\\w*])\\*(?<italic>\\S(?:[^*]*\\S)?)\\*(?![\\w*])",
    "(?<![\\w_])_(?<italic2>\\S(?:[^_]*\\S)?)_(?![\\w_])",
    "\\[(?<label>[^\\]]+)\\]\\((?<target>[^)\\s]+)\\)",
    ":(?<emoji>[a-z0-9_+-]+):",
  ].join("|"),
  "g",
);

function inline(text) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(SPAN)) {
    const node = span(match.groups);
    if (!node) continue;
    nodes.push(text.slice(at, match.index), node);
    at = match.index + match[0].length;
  }
  nodes.push(text.slice(at));
  return nodes;
}

function span(found) {
  if (found.code) return h("code", {}, found.code);
  if (found.bold ?? found.bold2) return h("strong", {}, inline(found.bold ?? found.bold2));
  if (found.strike) return h("s", {}, inline(found.strike));
  if (found.italic ?? found.italic2) return h("em", {}, inline(found.italic ?? found.italic2));
  if (found.label) return link(found.target, found.label);
  return glyph(found.emoji);
}

const RULES = [
  [/^#{1,6}\s+(.*)$/, (match) => h("h3", {}, inline(match[1]))],
  [/^\s*([-*_])(?:\s*\1){2,}\s*$/, () => h("hr")],
  [/^>\s?(.*)$/, (match) => h("blockquote", {}, inline(match[1]))],
  [/^\s*[-*+]\s+(.*)$/, (match) => h("div", { class: "item" }, h("span", {}, "•"), h("span", {}, inline(match[1])))],
  [/^\s*(\d+[.)])\s+(.*)$/, (match) => h("div", { class: "item" }, h("span", {}, match[1]), h("span", {}, inline(match[2])))],
];

export function markdown(text) {
  const box = h("div", { class: "words" });
  const rows = text.split("\n");
  while (rows.length) {
    if (/^\s*```/.test(rows[0])) box.append(fence(rows));
    else if (isTable(rows)) box.append(table(rows));
    else box.append(line(rows.shift()));
  }
  return box;
}

function line(row) {
  for (const [shape, make] of RULES) {
    const match = row.match(shape);
    if (match) return make(match);
  }
  return row.trim() ? h("p", {}, inline(row)) : h("div", { class: "gap" });
}

function fence(rows) {
  rows.shift();
  const code = [];
  while (rows.length && !/^\s*```/.test(rows[0])) code.push(rows.shift());
  rows.shift();
  return h("pre", {}, code.join("\n"));
}

const isTable = (rows) => rows.length > 1 && rows[0].includes("|") && /^\s*\|?[\s:|-]+\|[\s:|-]*$/.test(rows[1]);
const cells = (row) => row.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());

function table(rows) {
  const head = cells(rows.shift());
  rows.shift();
  const body = [];
  while (rows.length && rows[0].includes("|")) body.push(cells(rows.shift()));
  return h("div", { class: "table-scroll" }, h("table", {},
    h("thead", {}, h("tr", {}, head.map((cell) => h("th", { scope: "col" }, inline(cell))))),
    h("tbody", {}, body.map((row) => h("tr", {}, row.map((cell) => h("td", {}, inline(cell))))))));
}
