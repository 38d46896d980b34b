// Our own few icons, so that nothing has to be fetched.

const PATHS = {
  play: "M4 2.5v11l9-5.5z",
  stop: "M3.5 3.5h9v9h-9z",
  replay: "M8 3a5 5 0 1 1-4.6 3l1.4.6A3.5 3.5 0 1 0 8 4.5V7L4.5 3.8 8 .5z",
  context: "M8 3v10L2 8zM14 3v10L8 8z",
  previous: "M11 2.5v11L4.5 8zM3 2.5h1.5v11H3z",
  next: "M5 2.5v11L11.5 8zM11.5 2.5H13v11h-1.5z",
  turnBefore: "M2 3h8v6H6.5L4 11.5V9H2zM12 6h2v6h-1v2l-2-2H8v-1.5h4z",
  split: "M7.3 1.5h1.4v3H7.3zm0 5h1.4v3H7.3zm0 5h1.4v3H7.3zM5.5 4.5v7L1.5 8zM10.5 4.5v7l4-3.5z",
  merge: "M1.5 4.5v7l4-3.5zM14.5 4.5v7l-4-3.5zM7.3 1.5h1.4v13H7.3z",
  plus: "M7.2 2.5h1.6v4.7h4.7v1.6H8.8v4.7H7.2V8.8H2.5V7.2h4.7z",
  minus: "M2.5 7.2h11v1.6h-11z",
  saved: "M6.2 12.6 1.9 8.3l1.3-1.3 3 3 6.6-6.6 1.3 1.3z",
  unsaved: "M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6z",
  saving: "M8 2a6 6 0 1 1-6 6h1.6A4.4 4.4 0 1 0 8 3.6z",
  offline: "M2.2 1.2 14.8 13.8l-1 1-3-3H4.5A3.5 3.5 0 0 1 4 4.9L1.2 2.2zM6 4.3A4 4 0 0 1 12 6.6a2.8 2.8 0 0 1 1.3 4.6z",
  flag: "M3.5 1.5H5v.8h8L11 5.5l2 3.2H5v5.8H3.5z",
  failed: "M7.1 3h1.8v6.2H7.1zM8 10.6a1.2 1.2 0 1 1 0 2.4 1.2 1.2 0 0 1 0-2.4z",
  record: "M8 3a5 5 0 1 1 0 10A5 5 0 0 1 8 3z",
  remove: "m4 2.9 4 4 4-4L13.1 4l-4 4 4 4-1.1 1.1-4-4-4 4L2.9 12l4-4-4-4z",
  primary: "m8 1.8 1.9 4 4.4.6-3.2 3 .8 4.4L8 11.7l-3.9 2.1.8-4.4-3.2-3 4.4-.6z",
} as const;

export type IconName = keyof typeof PATHS;

const SVG = "http://www.w3.org/2000/svg";

export function icon(name: IconName): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", `wb-icon wb-icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
