// The live feed: a WebSocket that comes back by itself, each time with the whole picture first.

import { apply, setConnected } from "./store.js";

export const token = document.querySelector('meta[name="page-token"]').content;
const LONGEST_WAIT = 4000;

export function connect(wait = 250) {
  const socket = new WebSocket(`ws://${location.host}/feed?token=${encodeURIComponent(token)}`);
  let heard = false;
  socket.addEventListener("message", (event) => {
    heard = true;
    apply(JSON.parse(event.data));
  });
  socket.addEventListener("close", () => {
    setConnected(false);
    if (!heard) reloadForNewRun();
    setTimeout(() => connect(heard ? 250 : Math.min(wait * 2, LONGEST_WAIT)), wait);
  });
}

/** A sandbox that was started anew has another token, and this page is of no use to it. */
async function reloadForNewRun() {
  const answer = await fetch("/", { cache: "no-store" }).catch(() => null);
  const html = answer?.ok ? await answer.text() : "";
  const current = html.match(/name="page-token" content="([^"]+)"/)?.[1];
  if (current && current !== token) location.reload();
}
