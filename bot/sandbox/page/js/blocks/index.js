// Block Kit to nodes, block by block.

import { h } from "../dom.js";
import { markdown } from "../text/markdown.js";
import { mrkdwn, plain } from "../text/mrkdwn.js";
import { enlarge } from "../view/question.js";
import { element } from "./elements.js";
import { plan, richText, table, task } from "./rich.js";

const words = (text) => (text.type === "mrkdwn" ? mrkdwn(text.text) : plain(text.text));

function picture(holder, context, className) {
  const reference = holder.slack_file?.id ?? holder.slack_file?.url;
  const own = holder.image_url?.startsWith(`${location.origin}/files/`) ? holder.image_url : null;
  const source = reference ? context.images?.[reference] : own;
  if (!source) return h("span", { class: "no-image", title: holder.image_url }, `Picture: ${holder.alt_text || "not on this machine"}`);
  const image = h("img", { src: source, alt: holder.alt_text ?? "", class: className, loading: "lazy" });
  image.addEventListener("click", () => enlarge(source, holder.alt_text ?? ""));
  return image;
}

function section(block, context) {
  const accessory = block.accessory;
  return h("div", { class: "block-section" },
    h("div", { class: "main-part" },
      block.text && words(block.text),
      block.fields && h("div", { class: "fields" }, block.fields.map(words))),
    accessory && (accessory.type === "image" ? picture(accessory, context, "accessory-image") : h("div", {}, element(block, accessory, context))));
}

function context(block, around) {
  return h("div", { class: "block-context" }, block.elements.map((part) => (part.type === "image" ? picture(part, around) : words(part))));
}

function image(block, around) {
  return h("figure", { class: "block-image" }, block.title && h("figcaption", {}, block.title.text), picture(block, around));
}

function input(block, around) {
  const nodes = [element(block, block.element, { ...around, live: Boolean(block.dispatch_action), input: true })].flat().filter(Boolean);
  const error = around.errors?.[block.block_id];
  const id = `input-${around.name}-${block.block_id}`;
  nodes[0].id = id;
  if (nodes[0].tagName === "DIV") nodes[0].setAttribute("aria-label", block.label.text);
  if (error) nodes[0].setAttribute("aria-describedby", `${id}-error`);
  return h("div", { class: `field${error ? " wrong" : ""}`, "data-block": block.block_id },
    h("label", { for: id }, block.label.text, block.optional && h("span", { class: "optional" }, " (optional)")),
    nodes,
    error && h("p", { class: "complaint", id: `${id}-error`, role: "alert" }, error),
    block.hint && h("p", { class: "hint" }, block.hint.text));
}

const actions = (block, around) => h("div", { class: "block-actions" }, block.elements.map((one) => element(block, one, around)));

const MAKERS = {
  section,
  context,
  image,
  input,
  actions,
  context_actions: actions,
  divider: () => h("hr"),
  header: (block) => h("h3", { class: "block-header" }, words(block.text)),
  markdown: (block) => markdown(block.text),
  rich_text: richText,
  table,
  task_card: task,
  plan,
};

/** The nodes of some blocks; an unknown kind is named rather than left out. */
export function blocks(list, around) {
  return list.map((block) => {
    const make = MAKERS[block.type];
    return make ? make(block, around) : h("span", { class: "no-image" }, `${block.type} is not drawn here`);
  });
}
