// A list of messages that changes little by little: rows keep their element unless what they show has changed, the view stays
// at the end if it was there, and focus stays where it was.

import { h } from "../dom.js";
import { state } from "../store.js";

const NEAR_END = 90;

const same = (a, b) => a && a.print === b.print;

export class MessageList {
  constructor(box) {
    this.box = box;
    this.reset();
    this.pinned = true;
    box.addEventListener("scroll", () => { this.pinned = this.atEnd(); });
    box.addEventListener("load", () => { if (this.pinned) this.toEnd(); }, true); // a picture came and pushed the end down
  }

  /** Begin anew, at the end. */
  reset() {
    this.box.replaceChildren();
    this.rows = new Map();
    this.anchor = null;
    this.first = true;
  }

  /** Where the view belongs: at the end, but never so far that the row to read first leaves it at the top. */
  resting() {
    const end = this.box.scrollHeight - this.box.clientHeight;
    const row = this.anchor && this.rows.get(this.anchor)?.node;
    return row ? Math.min(end, row.offsetTop - this.box.offsetTop - 8) : end;
  }

  atEnd() {
    return this.box.scrollTop >= this.resting() - NEAR_END;
  }

  toEnd() {
    this.box.scrollTop = this.resting();
  }

  /** Show `rows`: [{ key, print, make() }]; `print` is equal as long as the row looks the same. `anchor` is a row's key. */
  show(rows, { anchor = null } = {}) {
    const end = this.first || this.atEnd();
    this.anchor = anchor;
    const focus = focusIn(this.box);
    const next = new Map();
    const nodes = rows.map((row) => {
      const known = this.rows.get(row.key);
      const node = same(known, row) ? known.node : row.make();
      if (!known && !this.first && node.classList.contains("msg")) node.classList.add("new");
      next.set(row.key, { print: row.print, node });
      return node;
    });
    this.place(nodes);
    this.rows = next;
    restore(this.box, focus);
    if (end) this.toEnd();
    this.first = false;
  }

  place(nodes) {
    let at = this.box.firstChild;
    for (const node of nodes) {
      if (node === at) at = at.nextSibling;
      else this.box.insertBefore(node, at);
    }
    while (at) {
      const after = at.nextSibling;
      at.remove();
      at = after;
    }
  }

  /** Bring a message into view and light it up. */
  flash(ts) {
    const node = this.box.querySelector(`[data-ts="${CSS.escape(ts)}"]`);
    node?.scrollIntoView({ block: "center" });
    node?.classList.remove("new");
    node?.classList.add("flash");
  }
}

function focusIn(box) {
  const focused = document.activeElement;
  if (!box.contains(focused) || focused === box) return null;
  return { ts: focused.closest("[data-ts]")?.dataset.ts, action: focused.dataset.action };
}

function restore(box, focus) {
  if (!focus?.ts || !focus.action || box.contains(document.activeElement)) return;
  const row = box.querySelector(`[data-ts="${CSS.escape(focus.ts)}"]`);
  row?.querySelector(`[data-action="${CSS.escape(focus.action)}"]`)?.focus({ preventScroll: true });
}

/** What a message's look depends on, besides itself. */
export function printOf(message, ...more) {
  const pressed = [...state.busy].filter(([key]) => key.startsWith(`${message.channel}/${message.ts}/`));
  return JSON.stringify([message, pressed, state.me, ...more]);
}

export const dayRow = (name) => ({ key: `day ${name}`, print: name, make: () => h("div", { class: "day", role: "separator" }, h("span", {}, name)) });
