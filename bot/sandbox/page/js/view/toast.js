// What the person's phone would show: the text of a new message that mentions them. Edits ring nobody.

import { avatar, h } from "../dom.js";
import { isMine, mentionsMe, openChannel, openThread, state, userOf } from "../store.js";
import { plainWords } from "../text/mrkdwn.js";

const SHOWN_FOR = 9000;
const MOST = 2;
const place = document.getElementById("toasts");

function leave(node) {
  node.classList.add("leaving");
  setTimeout(() => node.remove(), 350);
}

export function notify(message) {
  if (message.ephemeral_for || !isMine(message) || !mentionsMe(message)) return;
  const channel = state.channels.get(message.channel);
  const node = h("button", {
    class: "toast", type: "button",
    onclick: () => {
      openChannel(message.channel);
      if (message.thread_ts) openThread(message.channel, message.thread_ts);
      leave(node);
    },
  },
    h("span", { class: "from" }, avatar(userOf(message.user), "tiny"), `On ${userOf(state.me).name}'s phone`, h("span", { class: "when" }, "now")),
    h("b", {}, channel?.is_im ? userOf(message.user).real_name : `${userOf(message.user).real_name} in #${channel?.name}`),
    h("span", { class: "what" }, plainWords(message.text)));
  place.append(node);
  while (place.children.length > MOST) place.firstElementChild.remove();
  let timer = setTimeout(() => leave(node), SHOWN_FOR);
  node.addEventListener("mouseenter", () => clearTimeout(timer));
  node.addEventListener("mouseleave", () => { timer = setTimeout(() => leave(node), 2000); });
}
