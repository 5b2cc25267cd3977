// Small dialogs: a question before something is done, and a picture in full.

import { h, icon } from "../dom.js";
import { mrkdwn } from "../text/mrkdwn.js";

function show(dialog) {
  document.body.append(dialog);
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
}

/** Ask what a `confirm` object asks; true when it is confirmed. */
export function ask(confirm) {
  return new Promise((resolve) => {
    const body = confirm.text.type === "mrkdwn" ? mrkdwn(confirm.text.text) : h("p", {}, confirm.text.text);
    const dialog = h("dialog", { class: "question", "aria-labelledby": "question-title" },
      h("div", { class: "dialog-head" }, h("h2", { id: "question-title" }, confirm.title.text)),
      h("div", { class: "dialog-body" }, body),
      h("div", { class: "dialog-foot" },
        h("button", { class: "button", type: "button", onclick: () => dialog.close("no") }, confirm.deny.text),
        h("button", { class: `button ${confirm.style ?? "primary"}`, type: "button", "data-confirm": true, onclick: () => dialog.close("yes") }, confirm.confirm.text)));
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"));
    show(dialog);
    dialog.querySelector("[data-confirm]").focus();
  });
}

export function enlarge(source, alt) {
  const dialog = h("dialog", { class: "picture", "aria-label": alt || "Picture" }, h("img", { src: source, alt }));
  dialog.addEventListener("click", () => dialog.close());
  show(dialog);
}

export const closeButton = (label, onclick) => h("button", { class: "icon-button", type: "button", "aria-label": label, title: label, onclick }, icon("close"));
