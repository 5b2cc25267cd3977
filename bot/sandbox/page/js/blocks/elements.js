// Interactive elements. Each is made for a context: { key(actionId), press(block, element, choice), draft, images, live }.
// `live` elements report each change; in an input block they keep quiet until the form is sent, and are read by `readValue`.

import { h, icon } from "../dom.js";
import { state, visibleChannels } from "../store.js";
import { mrkdwn } from "../text/mrkdwn.js";
import { ask } from "../view/question.js";

const words = (text) => text?.text ?? "";
const rich = (text) => (text?.type === "mrkdwn" ? mrkdwn(text.text, "span") : words(text));

async function press(context, block, element, choice) {
  if (element.confirm && !(await ask(element.confirm))) return false;
  context.press(block, element, choice);
  return true;
}

function trouble(context, element) {
  const value = state.busy.get(context.key(element.action_id));
  if (!value || value === "busy") return null;
  return h("span", { class: "trouble", role: "alert" }, icon("warning", 15), value);
}

export const isBusy = (context, element) => state.busy.get(context.key(element.action_id)) === "busy";

function button(block, element, context) {
  if (element.visible_to_user_ids?.length && !element.visible_to_user_ids.includes(state.me)) return null;
  const props = {
    class: `button ${element.style ?? ""}`,
    "data-action": element.action_id,
    "aria-label": element.accessibility_label,
    "aria-busy": isBusy(context, element) ? "true" : null,
  };
  const label = h("span", { class: "label" }, words(element.text));
  const onclick = () => press(context, block, element);
  const safe = /^https?:/i.test(element.url ?? "");
  const node = safe
    ? h("a", { ...props, href: element.url, target: "_blank", rel: "noopener noreferrer", onclick }, label)
    : h("button", { ...props, type: "button", onclick }, label);
  return [node, trouble(context, element)];
}

function iconButton(block, element, context) {
  return button(block, { ...element, text: element.text }, context);
}

function feedback(block, element, context) {
  return ["positive_button", "negative_button"].map((name) => h("button", {
    class: "button", type: "button", "data-action": element.action_id,
    onclick: () => press(context, block, element, element[name].value),
  }, h("span", { class: "label" }, words(element[name].text))));
}

function overflow(block, element, context) {
  const details = h("details", { class: "menu" },
    h("summary", { class: "button", "aria-label": "More actions", "data-action": element.action_id }, icon("more", 18)),
    h("div", { class: "items", role: "menu" }, element.options.map((option) => h("button", {
      type: "button", role: "menuitem", "data-value": option.value,
      onclick: () => { details.open = false; press(context, block, element, option.value); },
    }, words(option.text)))));
  return [details, trouble(context, element)];
}

const optionNode = (option, chosen) => h("option", { value: option.value, selected: chosen.includes(option.value) }, words(option.text));

function optionsOf(element) {
  const people = [...state.users.values()].filter((user) => !user.is_bot);
  const named = (list) => list.map(([value, text]) => ({ value, text: { text } }));
  if (element.type.includes("users_select")) return named(people.map((user) => [user.id, user.real_name]));
  if (/channels_select|conversations_select/.test(element.type)) {
    return named(visibleChannels().map((channel) => [channel.id, `#${channel.name}`]));
  }
  return element.options ?? [];
}

function initialChoice(element) {
  const given = element.initial_option ?? element.initial_options ?? element.initial_user ?? element.initial_users
    ?? element.initial_channel ?? element.initial_channels ?? element.initial_conversation ?? element.initial_conversations;
  return [given ?? []].flat().map((one) => one.value ?? one);
}

function select(block, element, context) {
  const many = element.type.startsWith("multi_");
  const draft = context.draft(block, element);
  const chosen = draft === undefined ? initialChoice(element) : [draft ?? []].flat();
  const node = h("select", {
    class: "input", multiple: many, "data-action": element.action_id, "aria-label": words(element.placeholder) || "Choose",
    onchange: () => context.changed(block, element, node.readValue()),
  });
  if (!many) node.append(h("option", { value: "", selected: !chosen.length }, words(element.placeholder) || "Choose…"));
  for (const group of element.option_groups ?? []) {
    node.append(h("optgroup", { label: words(group.label) }, group.options.map((option) => optionNode(option, chosen))));
  }
  node.append(...optionsOf(element).map((option) => optionNode(option, chosen)));
  node.readValue = () => (many ? [...node.selectedOptions].map((option) => option.value) : node.value || null);
  return [node, trouble(context, element)];
}

function choices(block, element, context) {
  const many = element.type === "checkboxes";
  const draft = context.draft(block, element);
  const chosen = draft === undefined ? initialChoice(element) : [draft ?? []].flat();
  const box = h("div", { class: "choices", role: many ? "group" : "radiogroup", "data-action": element.action_id });
  for (const option of element.options) {
    box.append(h("label", { class: "choice" },
      h("input", {
        type: many ? "checkbox" : "radio", name: `${context.name}-${element.action_id}`, value: option.value,
        checked: chosen.includes(option.value), onchange: () => context.changed(block, element, box.readValue()),
      }),
      h("span", {}, rich(option.text), option.description && h("small", {}, rich(option.description)))));
  }
  box.readValue = () => {
    const values = [...box.querySelectorAll("input:checked")].map((input) => input.value);
    return many ? values : (values[0] ?? null);
  };
  return [box, trouble(context, element)];
}

const KINDS = {
  datepicker: "date", timepicker: "time", datetimepicker: "datetime-local", number_input: "text",
  email_text_input: "email", url_text_input: "url", plain_text_input: "text", rich_text_input: "text",
};

const localTime = (seconds) => {
  const date = new Date(seconds * 1000);
  return new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};

function initialText(element) {
  if (element.type === "datetimepicker") return element.initial_date_time ? localTime(element.initial_date_time) : "";
  return element.initial_value ?? element.initial_date ?? element.initial_time ?? "";
}

function field(block, element, context) {
  const draft = context.draft(block, element);
  const dated = element.type === "datetimepicker";
  const start = draft === undefined ? initialText(element) : (dated && draft ? localTime(draft) : (draft ?? ""));
  const instantly = ["date", "time", "datetime-local"].includes(KINDS[element.type]);
  const node = h(element.multiline ? "textarea" : "input", {
    class: "input", "data-action": element.action_id, type: element.multiline ? null : KINDS[element.type],
    inputmode: element.type === "number_input" ? "decimal" : null, placeholder: words(element.placeholder),
    maxlength: element.max_length, autofocus: element.focus_on_load,
    oninput: () => { if (!context.live || instantly) context.changed(block, element, node.readValue()); },
    onkeydown: (event) => {
      if (event.key === "Enter" && context.live && !element.multiline) context.changed(block, element, node.readValue());
    },
  });
  node.value = start;
  node.readValue = () => {
    if (!node.value) return null;
    return dated ? Math.floor(new Date(node.value).getTime() / 1000) : node.value;
  };
  return [node, trouble(context, element)];
}

const MAKERS = {
  button, icon_button: iconButton, feedback_buttons: feedback, overflow,
  static_select: select, external_select: select, users_select: select, channels_select: select, conversations_select: select,
  multi_static_select: select, multi_users_select: select, multi_channels_select: select, multi_conversations_select: select,
  checkboxes: choices, radio_buttons: choices,
  ...Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, field])),
};

/** The nodes of an element; what this page does not draw is named rather than left out. */
export function element(block, one, context) {
  const make = MAKERS[one.type];
  return make ? make(block, one, context) : h("span", { class: "no-image" }, `${one.type} is not drawn here`);
}
