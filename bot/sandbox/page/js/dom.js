// Making elements. Text only ever becomes a text node: nothing in this page reads HTML from a string.

const SVG = "http://www.w3.org/2000/svg";

/** An element: h("p", { class: "x", onclick: f, "aria-label": "y" }, "text", child, [more]). */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name === "value" || name === "checked" || name === "selected") element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  add(element, children);
  return element;
}

export function add(parent, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    parent.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return parent;
}

export function fill(parent, ...children) {
  parent.replaceChildren();
  return add(parent, children);
}

const PATHS = {
  hash: "M9 3 7 21M17 3l-2 18M4 8.5h17M3 15.5h17",
  lock: "M6 11V8a6 6 0 0 1 12 0v3M5 11h14v10H5z",
  shared: "M8 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zm8 0a4 4 0 1 1 0 8 4 4 0 0 1 0-8z",
  archive: "M3 5h18v4H3zM5 9v11h14V9M10 13h4",
  eye: "M2 12s3.5-7 10-7 10 7 10 7-3.5 7-10 7S2 12 2 12zm10-3a3 3 0 1 1 0 6 3 3 0 0 1 0-6z",
  close: "M5 5l14 14M19 5 5 19",
  menu: "M4 7h16M4 12h16M4 17h16",
  reply: "M20 4H4v12h5v4l5-4h6z",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  send: "M4 20 21 12 4 4l2.5 8zm2.5-8H21",
  warning: "M12 3 2 21h20zM12 10v5M12 18h.01",
  check: "M4 12.5 10 18 20 6",
  cross: "M6 6l12 12M18 6 6 18",
  dot: "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8z",
  phone: "M7 2h10v20H7zM11 18h2",
  smile: "M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20zM8.5 14.5a4.5 4.5 0 0 0 7 0M9 9.5h.01M15 9.5h.01",
};

export function icon(name, size = 18) {
  const svg = document.createElementNS(SVG, "svg");
  const attributes = {
    viewBox: "0 0 24 24", width: size, height: size, fill: "none", stroke: "currentColor",
    "stroke-width": name === "more" ? 3 : 1.9, "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true",
  };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

const TINTS = ["#2f6f9f", "#a3476b", "#5b6bb5", "#7a5c2e", "#3d7f5a", "#8b4fa0", "#b0562f", "#4c7a8a"];

export function avatar(user, size = "") {
  const bot = user?.is_bot;
  const box = h("span", { class: `avatar ${size}`, "aria-hidden": "true" });
  if (bot && user.name !== "slackbot") {
    box.append(h("img", { src: "/page/icon.svg", alt: "", width: "100%" }));
    return box;
  }
  const name = user?.real_name ?? "?";
  box.append(name.split(/\s+/).map((part) => part[0]).slice(0, 2).join("").toUpperCase());
  const sum = [...(user?.name ?? "?")].reduce((total, letter) => total * 31 + letter.codePointAt(0), 7);
  box.style.setProperty("--tint", bot ? "#55606e" : TINTS[sum % TINTS.length]);
  return box;
}
