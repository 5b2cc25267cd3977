// The form in front of a person: one dialog, redrawn when the app changes the view; what was typed is kept.

import { act, actBusy, troubleIn } from "../act.js";
import { blocks } from "../blocks/index.js";
import { fill, h, icon } from "../dom.js";
import { state } from "../store.js";
import { closeButton } from "./question.js";

const dialog = h("dialog", { class: "modal", "aria-labelledby": "modal-title" });
dialog.addEventListener("cancel", (event) => { event.preventDefault(); act("close"); });
let drawn = null;
let drafts = new Map(); // "block/action" -> choice
let errors = {};
let trouble = "";
let sending = false;

const draftKey = (block, element) => `${block.block_id}/${element.action_id}`;

function contextFor(view) {
  const key = (actionId) => `${view.id}/${actionId}`;
  const press = (block, element, choice) => actBusy(key(element.action_id), "click-view", {
    view: view.id, action_id: element.action_id, block_id: block.block_id, choice,
  });
  return {
    name: view.id,
    key,
    press,
    changed(block, element, choice) {
      drafts.set(draftKey(block, element), choice);
      if (block.type !== "input" || block.dispatch_action) press(block, element, choice);
    },
    draft: (block, element) => drafts.get(draftKey(block, element)),
    errors,
    live: true,
  };
}

function valuesOf(view) {
  const values = {};
  for (const block of view.blocks) {
    if (block.type !== "input") continue;
    const draft = drafts.get(draftKey(block, block.element));
    if (draft !== undefined) values[block.block_id] = draft;
  }
  return values;
}

async function submit(view) {
  if (sending) return;
  sending = true;
  draw(view);
  const answer = await act("submit", { view: view.id, values: valuesOf(view) });
  sending = false;
  errors = answer.errors ?? {};
  trouble = answer.failure === "incomplete" ? "" : troubleIn(answer);
  if (top()?.id === view.id) draw(top());
  dialog.querySelector(".field.wrong .input")?.focus();
}

function draw(view) {
  const close = () => act("close");
  const around = contextFor(view);
  const scrolled = dialog.querySelector(".dialog-body")?.scrollTop ?? 0;
  const focused = document.activeElement?.dataset?.action;
  const form = h("form", { onsubmit: (event) => { event.preventDefault(); submit(view); }, id: "modal-form", novalidate: true },
    h("div", { class: "view-blocks" }, blocks(view.blocks, around)));
  fill(dialog,
    h("div", { class: "dialog-head" }, h("h2", { id: "modal-title" }, view.title.text), closeButton("Close", close)),
    h("div", { class: "dialog-body" }, form),
    h("div", { class: "dialog-foot" },
      trouble && h("span", { class: "trouble", role: "alert" }, icon("warning", 15), trouble),
      h("button", { class: "button", type: "button", onclick: close }, view.close?.text ?? "Cancel"),
      view.submit && h("button", { class: "button primary", type: "submit", form: "modal-form", "aria-busy": sending ? "true" : null },
        h("span", { class: "label" }, view.submit.text))));
  if (!dialog.open) {
    document.body.append(dialog);
    dialog.showModal();
    (dialog.querySelector("[autofocus]") ?? dialog.querySelector(".input, .choice input"))?.focus();
  } else {
    dialog.querySelector(".dialog-body").scrollTop = scrolled;
    if (focused) dialog.querySelector(`[data-action="${CSS.escape(focused)}"]`)?.focus();
  }
}

const top = () => (state.modals[state.me] ?? []).at(-1);

/** Show the person's top view as it is now; `changed` keys redraw it although it is the same. */
export function drawModal({ again = false } = {}) {
  const view = top();
  if (!view) {
    if (dialog.open) dialog.close();
    dialog.remove();
    drawn = null;
    return;
  }
  if (drawn?.id !== view.id) {
    drafts = new Map();
    errors = {};
    trouble = "";
  }
  if (again || drawn?.id !== view.id || drawn.hash !== view.hash) draw(view);
  drawn = { id: view.id, hash: view.hash };
}
