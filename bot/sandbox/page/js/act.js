// Doing things as a person: one request per act, in the name of whoever the page acts as.

import { token } from "./feed.js";
import { setBusy, state, tell } from "./store.js";

/** Answers { ok, failure, errors, error }; a server that is away is a failure like any other. */
export async function act(name, body = {}) {
  try {
    const response = await fetch(`/act/${name}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Page-Token": token },
      body: JSON.stringify({ user: state.me, ...body }),
    });
    if (response.status === 403) return { ok: false, error: "This page is out of date. Reload it." };
    return await response.json();
  } catch {
    return { ok: false, error: "The sandbox does not answer." };
  }
}

const WORDS = {
  operation_timeout: "The app did not answer in time",
  dispatch_failed: "The app is not connected",
};

/** What to say of an answer, "" when all is well. */
export function troubleIn(answer) {
  if (!answer.ok) return answer.error ?? "That did not work";
  return answer.failure ? (WORDS[answer.failure] ?? answer.failure) : "";
}

/** Do it, and meanwhile mark `key` as busy wherever it is drawn; afterwards as failed, or as nothing. */
export async function actBusy(key, name, body) {
  setBusy(key, "busy");
  tell({ type: "busy", key });
  const answer = await act(name, body);
  const trouble = troubleIn(answer);
  setBusy(key, trouble);
  tell({ type: "busy", key });
  return answer;
}
