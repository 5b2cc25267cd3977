// The app's Home tab.

import { actBusy } from "../act.js";
import { blocks } from "../blocks/index.js";
import { h } from "../dom.js";
import { state } from "../store.js";

export function home() {
  const view = state.homes[state.me];
  if (!view) return h("div", { class: "home intro" }, h("h2", {}, state.app.name), h("p", {}, "The app has nothing on its Home tab yet."));
  const key = (actionId) => `${view.id}/${actionId}`;
  const press = (block, element, choice) => actBusy(key(element.action_id), "click-view", {
    view: view.id, action_id: element.action_id, block_id: block.block_id, choice,
  });
  return h("div", { class: "home view-blocks" }, blocks(view.blocks, { name: view.id, key, press, changed: press, draft: () => undefined, live: true }));
}
