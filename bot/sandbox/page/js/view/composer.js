// Where people type: messages and slash commands, with offers while typing.

import { act, troubleIn } from "../act.js";
import { h, icon } from "../dom.js";
import { state } from "../store.js";
import { offers, usageOf } from "./suggest.js";

let made = 0;

export class Composer {
  /** `where()` says where the words go: { channel, thread_ts? }, or null for nowhere. */
  constructor(place, where) {
    this.place = place;
    this.where = where;
    this.offered = [];
    this.chosen = 0;
    this.id = `composer-${(made += 1)}`;
    this.text = h("textarea", {
      rows: 1, "aria-autocomplete": "list", "aria-controls": `${this.id}-list`, "aria-expanded": "false", role: "combobox",
      oninput: () => this.typed(), onkeydown: (event) => this.key(event), onblur: () => setTimeout(() => this.offer([]), 120),
    });
    this.list = h("ul", { class: "suggestions", role: "listbox", id: `${this.id}-list`, "aria-label": "Suggestions", hidden: true });
    this.hint = h("span", { class: "hint", role: "status" });
    this.button = h("button", { class: "send", type: "submit", "aria-label": "Send", title: "Send", disabled: true }, icon("send", 17));
    this.form = h("form", { class: "composer", onsubmit: (event) => { event.preventDefault(); this.send(); } },
      this.list, this.text, h("div", { class: "foot" }, this.hint, this.button));
    this.locked = h("div", { class: "locked", hidden: true });
    place.replaceChildren(this.form, this.locked);
  }

  draw() {
    const where = this.where();
    const channel = where && state.channels.get(where.channel);
    const reason = !channel ? "Nothing to write to." : channel.is_archived ? `#${channel.name} is archived. You can read, but not write.` : "";
    this.locked.hidden = !reason;
    this.locked.textContent = reason;
    this.form.hidden = Boolean(reason);
    if (reason) return;
    const name = channel.is_im ? state.app.name : `#${channel.name}`;
    const label = where.thread_ts ? "Reply…" : `Message ${name}`;
    this.text.placeholder = label;
    this.text.setAttribute("aria-label", label);
    if (!this.hint.textContent) this.say("");
  }

  say(words, bad = false) {
    const usual = this.where()?.thread_ts ? "Enter sends" : "Type / for commands, @ for people";
    this.hint.textContent = words || usual;
    this.hint.classList.toggle("bad", bad);
  }

  typed() {
    this.text.style.height = "auto";
    this.text.style.height = `${this.text.scrollHeight}px`;
    this.button.disabled = !this.text.value.trim();
    this.offer(offers(this.text.value.slice(0, this.text.selectionStart), Boolean(this.where()?.thread_ts)));
    this.say(usageOf(this.text.value));
  }

  offer(list) {
    this.offered = list;
    this.chosen = 0;
    this.list.hidden = !list.length;
    this.text.setAttribute("aria-expanded", String(Boolean(list.length)));
    this.list.replaceChildren(...list.map((one, index) => h("li", {
      role: "option", id: `${this.id}-${index}`, "aria-selected": String(index === 0), onmousedown: (event) => { event.preventDefault(); this.take(index); },
    }, one.node())));
    this.mark();
  }

  mark() {
    [...this.list.children].forEach((row, index) => row.setAttribute("aria-selected", String(index === this.chosen)));
    if (this.offered.length) this.text.setAttribute("aria-activedescendant", `${this.id}-${this.chosen}`);
    else this.text.removeAttribute("aria-activedescendant");
  }

  take(index) {
    const one = this.offered[index];
    const caret = this.text.selectionStart;
    this.text.value = this.text.value.slice(0, one.from) + one.insert + this.text.value.slice(caret);
    this.text.focus();
    this.text.selectionStart = this.text.selectionEnd = one.from + one.insert.length;
    this.typed();
  }

  key(event) {
    if (this.offered.length && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.chosen = (this.chosen + step + this.offered.length) % this.offered.length;
      this.mark();
    } else if (this.offered.length && (event.key === "Tab" || event.key === "Enter") && !event.shiftKey) {
      event.preventDefault();
      const complete = this.offered[this.chosen].insert.trim() === this.text.value;
      if (event.key === "Enter" && complete) this.send();
      else this.take(this.chosen);
    } else if (event.key === "Escape") this.offer([]);
    else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.send();
    }
  }

  async send() {
    const text = this.text.value.trim();
    const where = this.where();
    if (!text || !where) return;
    const command = text.match(/^(\/\S+)\s*([\s\S]*)$/);
    if (command && where.thread_ts) {
      this.say(`${command[1]} does not work in threads. Type it in the channel.`, true);
      return;
    }
    this.text.value = "";
    this.typed();
    this.offer([]);
    this.say(command ? `Sending ${command[1]} …` : "");
    const answer = command
      ? await act("command", { channel: where.channel, command: command[1], text: command[2] })
      : await act("say", { ...where, text });
    this.say(answer.ok ? "" : troubleIn(answer), !answer.ok);
    if (!answer.ok && !this.text.value) {
      this.text.value = text;
      this.button.disabled = false;
    }
  }
}
