// The current unit, close up: its waveform from the very samples that are played.

import { el, setAttributes, setText } from "./dom";
import type { Call, Unit } from "./model";
import { drawPeaks, gainOf, lanePeaks, prepare, ticks, type Canvas, type Peak } from "./paint";
import { clock, roleName, strings } from "./strings";
import { palette, type Palette } from "./theme";
import { peaksOf, type SampleWindows } from "./windows";

const MARGIN_S = 1;
const SHORTEST_S = 4;
/** Longer views are drawn from the overview's peaks; their samples need not be here. */
export const LONGEST_FROM_SAMPLES_S = 60;
const AXIS_PX = 18;

export interface View {
  startS: number;
  endS: number;
}

/** What to show around a unit: a second on each side, and four seconds at least. */
export function viewOf(unit: Pick<Unit, "start_s" | "end_s">, durationS: number): View {
  const long = unit.end_s - unit.start_s > LONGEST_FROM_SAMPLES_S - 2 * MARGIN_S;
  const margin = long ? 0 : Math.max(MARGIN_S, (SHORTEST_S - (unit.end_s - unit.start_s)) / 2);
  const startS = Math.max(0, unit.start_s - margin);
  return { startS, endS: Math.max(startS + 0.5, Math.min(durationS, unit.end_s + margin)) };
}

export class Stage {
  readonly element: HTMLElement;
  private readonly canvas = el("canvas", { role: "img" });
  private readonly playhead = el("div.wb-playhead", { hidden: true });
  private readonly words = el("p.wb-stage-words", { hidden: true });
  private call: Call | null = null;
  private unit: Unit | null = null;
  private view: View = { startS: 0, endS: 1 };
  private offsetS = 0;

  constructor(
    private readonly root: HTMLElement,
    private readonly windows: SampleWindows,
    seek: (second: number) => void,
    signal: AbortSignal,
  ) {
    this.element = el("div.wb-stage-picture", {}, this.canvas, this.playhead, this.words);
    this.element.addEventListener(
      "click",
      (event) => {
        const share = event.offsetX / this.element.clientWidth;
        seek(this.view.startS + share * (this.view.endS - this.view.startS));
      },
      { signal },
    );
    const resized = new ResizeObserver(() => this.draw());
    resized.observe(this.element);
    signal.addEventListener("abort", () => resized.disconnect());
  }

  /** Show a unit; `offsetS` is added to the times that are written. */
  show(unit: Unit, call: Call | null, offsetS = 0): void {
    this.unit = unit;
    this.offsetS = offsetS;
    this.call = call;
    this.view = viewOf(unit, call?.duration_s ?? unit.end_s + MARGIN_S);
    setAttributes(this.canvas, {
      "aria-label": strings.waveform(
        unit.channel === null ? strings.everyone : roleName(unit.role),
        clock(unit.start_s + offsetS, true),
        clock(unit.end_s + offsetS, true),
      ),
    });
    this.say("");
    this.draw();
  }

  /** Put a sentence where the waveform would be; an empty one takes it away. */
  say(sentence: string): void {
    setText(this.words, sentence);
    this.words.hidden = sentence === "";
  }

  at(second: number | null): void {
    const { startS, endS } = this.view;
    const visible = second !== null && second >= startS && second <= endS;
    this.playhead.hidden = !visible;
    if (!visible) return;
    const x = ((second - startS) / (endS - startS)) * this.element.clientWidth;
    this.playhead.style.transform = `translateX(${x}px)`;
  }

  draw(): void {
    const canvas = prepare(this.canvas);
    if (!canvas || !this.unit) return;
    const colours = palette(this.root);
    const { unit, view } = this;
    const x = (second: number) =>
      ((second - view.startS) / (view.endS - view.startS)) * canvas.width;
    const [from, to] = [x(unit.start_s), x(unit.end_s)];
    const height = canvas.height - AXIS_PX;
    const part = from > 0.5 || to < canvas.width - 0.5;
    if (part) this.drawUnit(canvas, [from, to], height, colours);
    for (const lane of this.lanesIn(height)) {
      const gain = lane.peaks ? gainOf(lane.peaks) : 1;
      const bars = this.peaksOf(lane.column, lane.peaks, Math.round(canvas.width));
      const box = { x: 0, y: lane.y, width: canvas.width, height: lane.height };
      for (const [clipFrom, clipTo, alpha] of [
        [0, from, 0.3],
        [from, to, lane.main ? 1 : 0.55],
        [to, canvas.width, 0.3],
      ] as const) {
        clipped(canvas, clipFrom, clipTo, alpha, () =>
          drawPeaks(canvas, bars, box, gain, colours.role(lane.role)),
        );
      }
    }
    this.drawAxis(canvas, x, height, colours);
  }

  private lanesIn(height: number): {
    role: string;
    peaks: Int8Array | null;
    column: number;
    y: number;
    height: number;
    main: boolean;
  }[] {
    const lanes = this.call?.lanes ?? [];
    const main = lanes.findIndex(({ channel }) => channel === this.unit?.channel);
    if (lanes.length === 0) {
      const role = this.unit?.role ?? "unknown";
      return [{ role, peaks: null, column: 0, y: 0, height, main: true }];
    }
    let y = 0;
    return lanes.map((lane, column) => {
      const share =
        main < 0 || lanes.length === 1
          ? 1 / lanes.length
          : column === main
            ? 0.74
            : 0.26 / (lanes.length - 1);
      const own = {
        role: lane.role,
        peaks: lane.peaks,
        column,
        y,
        height: share * height,
        main: main < 0 || column === main,
      };
      y += own.height;
      return own;
    });
  }

  private peaksOf(column: number, peaks: Int8Array | null, n: number): Peak[] {
    const { startS, endS } = this.view;
    const coarse: Peak[] =
      peaks && this.call
        ? lanePeaks(peaks, this.call.duration_s, startS, endS, n)
        : Array.from({ length: n }, () => null);
    const source = this.unit?.call_id;
    if (source === undefined || endS - startS > LONGEST_FROM_SAMPLES_S) return coarse;
    const fine = peaksOf(this.windows, source, column, startS, endS, n);
    return fine.map((peak, i) => peak ?? coarse[i] ?? null);
  }

  private drawUnit(
    { context }: Canvas,
    edges: [number, number],
    height: number,
    colours: Palette,
  ): void {
    context.globalAlpha = 0.07;
    context.fillStyle = colours.text;
    context.fillRect(edges[0], 0, edges[1] - edges[0], height);
    context.globalAlpha = 1;
    context.fillStyle = colours.muted;
    for (const edge of edges) context.fillRect(Math.round(edge) - 0.5, 0, 1, height);
  }

  private drawAxis(
    { context, width }: Canvas,
    x: (second: number) => number,
    top: number,
    colours: Palette,
  ): void {
    const { startS, endS } = this.view;
    context.fillStyle = colours.line;
    context.fillRect(0, top, width, 1);
    context.fillStyle = colours.muted;
    context.font = `11px ${getComputedStyle(this.root).fontFamily}`;
    context.textBaseline = "top";
    const marks = ticks(startS, endS, width);
    const tenths = (marks[1] ?? 1) - (marks[0] ?? 0) < 1;
    for (const mark of marks) {
      const at = x(mark);
      if (at < 14 || at > width - 18) continue;
      context.fillRect(Math.round(at), top, 1, 4);
      context.textAlign = "center";
      context.fillText(clock(mark + this.offsetS, tenths), at, top + 5);
    }
  }
}

function clipped(
  { context, height }: Canvas,
  from: number,
  to: number,
  alpha: number,
  draw: () => void,
): void {
  if (to <= from) return;
  context.save();
  context.beginPath();
  context.rect(from, 0, to - from, height);
  context.clip();
  context.globalAlpha = alpha;
  draw();
  context.restore();
}
