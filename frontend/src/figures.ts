// Self-assessment figures: a face from sad to glad, a body from at rest to bursting. Drawn here,
// from a place between 0 and 1, so that any number of steps has its figures.

const SVG = "http://www.w3.org/2000/svg";

type Attributes = Record<string, string | number>;

export const FIGURES: Readonly<Record<string, (share: number) => SVGElement>> = {
  valence: face,
  arousal: body,
};

/** A face whose mouth, brows and eyes go from very negative (0) to very positive (1). */
function face(share: number): SVGElement {
  const mood = share * 2 - 1;
  const ends = 26.5 - mood * 2.2;
  const brow = Math.max(0, -mood);
  const smile = Math.max(0, mood);
  const eye = (x: number) =>
    smile > 0.75
      ? path(`M${x - 2.6} 17.6q2.6 -3.6 5.2 0`)
      : draw("circle", { cx: x, cy: 16.5 + brow * 0.8, r: 1.5, class: "wb-filled" });
  const lid = (x: number, side: number) =>
    path(`M${x - 3} ${12.2 - side * brow * 2 + brow}L${x + 3} ${12.2 + side * brow * 2 + brow}`);
  return figure(
    draw("circle", { cx: 20, cy: 20, r: 15.5 }),
    eye(14.5),
    eye(25.5),
    ...(brow > 0.25 ? [lid(14.5, -1), lid(25.5, 1)] : []),
    mood > 0.75
      ? path(`M12.5 ${ends}Q20 36 27.5 ${ends}Z`, "wb-filled")
      : path(`M13 ${ends}Q20 ${ends + mood * 9.5} 27 ${ends}`),
  );
}

/** Head and shoulders with eyes that open and a burst in the chest that grows with arousal. */
function body(share: number): SVGElement {
  const open = 0.5 + share * 1.5;
  const eye = (x: number) =>
    share < 0.2 ? path(`M${x - 1.6} 9q1.6 1.3 3.2 0`) : draw("circle", { cx: x, cy: 9, r: open * 0.75, class: "wb-filled" });
  return figure(
    draw("circle", { cx: 20, cy: 9.5, r: 6.5 }),
    eye(17.4),
    eye(22.6),
    path("M5.5 37.5V31q0 -12 9.5 -12h10q9.5 0 9.5 12v6.5"),
    share < 0.1
      ? draw("circle", { cx: 20, cy: 29, r: 1.1, class: "wb-filled" })
      : path(burst(20, 29, 2.2 + share * 7.2, Math.round(5 + share * 5)), "wb-filled"),
    ...(share > 0.9 ? [path("M2.5 17l3.4 2M37.5 17l-3.4 2M4.5 10l3 3.4M35.5 10l-3 3.4")] : []),
  );
}

function burst(x: number, y: number, radius: number, spikes: number): string {
  const points = Array.from({ length: spikes * 2 }, (_, at) => {
    const angle = (Math.PI * at) / spikes - Math.PI / 2;
    const reach = at % 2 === 0 ? radius : radius * 0.55;
    return `${(x + reach * Math.cos(angle)).toFixed(2)} ${(y + reach * Math.sin(angle)).toFixed(2)}`;
  });
  return `M${points.join("L")}Z`;
}

function path(d: string, name = ""): SVGElement {
  return draw("path", name ? { d, class: name } : { d });
}

function figure(...parts: SVGElement[]): SVGElement {
  const svg = draw("svg", { viewBox: "0 0 40 40", class: "wb-figure", "aria-hidden": "true" });
  svg.append(...parts);
  return svg;
}

function draw(name: string, attributes: Attributes): SVGElement {
  const element = document.createElementNS(SVG, name) as SVGElement;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}
