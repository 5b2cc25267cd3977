// What the page knows: the server's picture and its changes, and who looks at what. Views read; only this changes it.

const listeners = new Set();

export const state = {
  team: null,
  app: null,
  users: new Map(),
  groups: new Map(),
  channels: new Map(),
  messages: new Map(), // channel id -> Map(ts -> message)
  commands: [],
  modals: {},
  homes: {},
  me: null,
  channel: null,
  tab: "messages",
  thread: null, // { channel, ts }
  dismissedThreads: new Set(),
  unread: new Map(), // channel id -> { messages, mentions }
  busy: new Map(), // what was pressed -> "busy" | what went wrong
  connected: false,
};

/** Hear of every change: listener({ type, ... }). */
export function subscribe(listener) {
  listeners.add(listener);
}

export function tell(change) {
  for (const listener of listeners) listener(change);
}

export const isMine = (message) => !message.ephemeral_for || message.ephemeral_for === state.me;

export function channelMessages(channel) {
  const messages = [...(state.messages.get(channel)?.values() ?? [])].filter(isMine);
  return messages.sort((a, b) => (a.ts < b.ts ? -1 : 1));
}

export const inChannel = (message) => !message.thread_ts || message.subtype === "thread_broadcast";

export function replies(channel, ts) {
  return channelMessages(channel).filter((message) => message.thread_ts === ts);
}

export const message = (channel, ts) => state.messages.get(channel)?.get(ts);

export const userOf = (id) => state.users.get(id) ?? { id, name: id, real_name: id };

export function visibleChannels() {
  return [...state.channels.values()].filter((channel) => !channel.is_im && channel.members.includes(state.me));
}

export function mentionsMe(message) {
  if (message.user === state.me) return false;
  const words = message.text + JSON.stringify(message.blocks ?? []);
  const direct = state.channels.get(message.channel)?.is_im;
  const groups = [...state.groups.values()].filter((group) => group.users.includes(state.me));
  return direct || words.includes(`<@${state.me}>`) || /<!(channel|here|everyone)(\||>)/.test(words)
    || groups.some((group) => words.includes(`<!subteam^${group.id}`));
}

function keep(message) {
  if (!state.messages.has(message.channel)) state.messages.set(message.channel, new Map());
  state.messages.get(message.channel).set(message.ts, message);
}

function takePicture(picture) {
  state.team = picture.team;
  state.app = picture.app;
  state.users = new Map(picture.users.map((user) => [user.id, user]));
  state.groups = new Map(picture.groups.map((group) => [group.id, group]));
  state.channels = new Map(picture.channels.map((channel) => [channel.id, channel]));
  state.messages = new Map();
  picture.messages.forEach(keep);
  state.commands = picture.commands;
  state.modals = picture.modals;
  state.homes = picture.homes;
  state.connected = true;
  const people = picture.users.filter((user) => !user.is_bot);
  const known = sessionStorage.getItem("me");
  if (!state.users.has(state.me)) state.me = state.users.has(known) ? known : people[0].id;
  if (!visibleChannels().some((channel) => channel.id === state.channel)) state.channel = visibleChannels()[0]?.id;
}

function countUnread(message) {
  if (message.user === state.me || !isMine(message)) return;
  if (message.channel === state.channel && document.visibilityState === "visible") return;
  const count = state.unread.get(message.channel) ?? { messages: 0, mentions: 0 };
  count.messages += 1;
  if (mentionsMe(message)) count.mentions += 1;
  state.unread.set(message.channel, count);
}

const appliers = {
  picture: takePicture,
  posted: (change) => { keep(change.message); countUnread(change.message); },
  edited: (change) => keep(change.message),
  deleted: (change) => state.messages.get(change.channel)?.delete(change.ts),
  channel: (change) => state.channels.set(change.channel.id, change.channel),
  modals: (change) => { state.modals[change.user] = change.views; },
  home: (change) => { state.homes[change.user] = change.view; },
  command: (change) => state.commands.push(change.command),
};

/** Take in what the server sent. */
export function apply(change) {
  appliers[change.type]?.(change);
  tell(change);
}

export function setConnected(connected) {
  if (state.connected === connected) return;
  state.connected = connected;
  tell({ type: "connection" });
}

export function actAs(user) {
  state.me = user;
  sessionStorage.setItem("me", user);
  if (!visibleChannels().some((channel) => channel.id === state.channel)) state.channel = visibleChannels()[0]?.id;
  if (state.thread && state.thread.channel !== state.channel) state.thread = null;
  tell({ type: "me" });
}

export function openChannel(channel, tab = "messages") {
  const other = channel !== state.channel;
  state.channel = channel;
  state.tab = tab;
  state.unread.delete(channel);
  if (other) state.thread = null;
  remember();
  tell({ type: "open" });
}

export function openThread(channel, ts) {
  state.thread = { channel, ts };
  state.dismissedThreads.delete(ts);
  remember();
  tell({ type: "thread" });
}

export function closeThread() {
  if (!state.thread) return;
  state.dismissedThreads.add(state.thread.ts);
  state.thread = null;
  remember();
  tell({ type: "thread" });
}

export function setBusy(key, value) {
  if (value) state.busy.set(key, value);
  else state.busy.delete(key);
}

function remember() {
  history.replaceState(null, "", `#${state.channel}${state.thread ? `/${state.thread.ts}` : ""}`);
}
