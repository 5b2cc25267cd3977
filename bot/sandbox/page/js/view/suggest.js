// What to offer while somebody types: commands after a slash, people after an @.

import { avatar, h } from "../dom.js";
import { state } from "../store.js";

function commands(typed) {
  const match = typed.match(/^\/(\S*)$/);
  if (!match) return [];
  return state.app.commands.filter((one) => one.command.startsWith(typed)).map((one) => ({
    insert: `${one.command} `,
    from: 0,
    node: () => [
      h("img", { src: "/page/icon.svg", alt: "", width: 26, height: 26 }),
      h("div", { class: "what" }, h("b", {}, one.command), h("span", { class: "usage" }, one.usage_hint), h("small", {}, one.description)),
      h("span", { class: "whose" }, state.app.name),
    ],
  }));
}

function people(typed) {
  const match = typed.match(/(^|\s)@([\w.-]*)$/);
  if (!match) return [];
  const from = typed.length - match[2].length - 1;
  const users = [...state.users.values()].filter((user) => user.name !== "slackbot" && user.name.startsWith(match[2]));
  return users.slice(0, 6).map((user) => ({
    insert: `@${user.name} `,
    from,
    node: () => [avatar(user, "small"), h("div", { class: "what" }, h("b", {}, user.real_name), h("span", { class: "usage" }, `@${user.name}`))],
  }));
}

/** Offers for the text before the caret. */
export const offers = (typed, inThread) => [...(inThread ? [] : commands(typed)), ...people(typed)];

/** The usage hint of the command that is being typed. */
export function usageOf(typed) {
  const command = typed.match(/^(\/\S+)(\s|$)/)?.[1];
  const known = state.app.commands.find((one) => one.command === command);
  return known ? `${known.command} ${known.usage_hint}` : "";
}
