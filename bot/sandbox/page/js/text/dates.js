// Times as people read them, in this browser's zone; and Slack's <!date^…> tokens.

const format = (options) => new Intl.DateTimeFormat("en-GB", options);
const CLOCK = format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const CLOCK_SECONDS = format({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const DAY = format({ weekday: "long", day: "numeric", month: "long" });
const SHORT = format({ day: "numeric", month: "short", year: "numeric" });
const LONG = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const NUMBER = new Intl.DateTimeFormat("en-CA");

export const dateOf = (ts) => new Date(Number(ts) * 1000);
export const clock = (ts) => CLOCK.format(dateOf(ts));
export const full = (ts) => `${LONG.format(dateOf(ts))} ${CLOCK_SECONDS.format(dateOf(ts))}`;

export function dayName(ts) {
  const days = (new Date().setHours(0, 0, 0, 0) - new Date(dateOf(ts)).setHours(0, 0, 0, 0)) / 86_400_000;
  if (days === 0) return "Today";
  return days === 1 ? "Yesterday" : DAY.format(dateOf(ts));
}

export const sameDay = (a, b) => dateOf(a).toDateString() === dateOf(b).toDateString();

export function ago(ts) {
  const seconds = Date.now() / 1000 - Number(ts);
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  return sameDay(ts, Date.now() / 1000) ? `today at ${clock(ts)}` : `${dayName(ts)} at ${clock(ts)}`;
}

const TOKENS = {
  "{date_num}": (ts) => NUMBER.format(dateOf(ts)),
  "{date}": (ts) => LONG.format(dateOf(ts)),
  "{date_long}": (ts) => LONG.format(dateOf(ts)),
  "{date_short}": (ts) => SHORT.format(dateOf(ts)),
  "{date_pretty}": (ts) => dayName(ts),
  "{date_short_pretty}": (ts) => dayName(ts),
  "{date_long_pretty}": (ts) => dayName(ts),
  "{time}": (ts) => clock(ts),
  "{time_secs}": (ts) => CLOCK_SECONDS.format(dateOf(ts)),
  "{ago}": (ts) => ago(ts),
};

/** What <!date^ts^tokens|fallback> shows; the fallback when it is not understood. */
export function slackDate(ts, tokens, fallback) {
  if (!/^-?\d+$/.test(ts)) return fallback;
  return tokens.replace(/\{\w+\}/g, (token) => (TOKENS[token] ? TOKENS[token](ts) : token));
}
