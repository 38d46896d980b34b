// The current unit, close up: its waveform from the very samples that are played, and below it,
// where the rater asks for them, spectrogram, F0 and level. In the pass that is read, its words.

import { sourceOf } from "./call_source";
import { el, setAttributes, setText } from "./dom";
import type { Call, Shift, Unit } from "./model";
import { drawPeaks, gainOf, lanePeaks, prepare, ticks, type Canvas, type Peak } from "./paint";
import type { Picture } from "./picture";
import { drawPicture, type Shown } from "./picture_paint";
import type { Edges } from "./regions";
import { clock, roleName, strings } from "./strings";
import { palette, type Palette } from "./theme";
import { LONGEST_FROM_SAMPLES_S, shareOf, viewOf, type View } from "./view";
import { peaksOf, type SampleWindows } from "./windows";

const MARGIN_S = 1;
const AXIS_PX = 18;
/** Of the height of the stage where pictures are shown; the waveform keeps what it had. */
const PICTURE_PX = 120;
const GAP_PX = 6;

export class Stage {
  readonly element: HTMLElement;
  view: View = { startS: 0, endS: 1 };
  private readonly canvas = el("canvas", { role: "img" });
  private readonly playhead = el("div.wb-playhead", { hidden: true });
  private readonly words = el("p.wb-stage-words", { hidden: true });
  private readonly caption = el("p.wb-stage-caption", { hidden: true });
  private readonly text = el("div.wb-stage-text", { tabindex: 0, hidden: true });
  private readonly flags = el("div.wb-flags", { "aria-hidden": "true" });
  private readonly pictureWords = el("p.wb-picture-words", { hidden: true });
  private call: Call | null = null;
  private unit: Unit | null = null;
  private edges: Edges = { startS: 0, endS: 1 };
  private moved = false;
  private offsetS = 0;
  private frame = 0;
  /** Kept, since asking for it lays the page out anew. */
  private width = 0;
  private shown: Shown = { spectrogram: false, pitch: false, level: false };
  private picture: Picture | null = null;
  private marked: readonly Shift[] = [];

  constructor(
    private readonly root: HTMLElement,
    private readonly windows: SampleWindows,
    seek: (second: number) => void,
    signal: AbortSignal,
  ) {
    this.element = el(
      "div.wb-stage-picture",
      {},
      this.canvas,
      this.pictureWords,
      this.flags,
      this.playhead,
      this.text,
      this.caption,
      this.words,
    );
    this.element.addEventListener(
      "click",
      (event) => {
        const { left, width } = this.element.getBoundingClientRect();
        const share = (event.clientX - left) / Math.max(1, width);
        seek(this.view.startS + share * (this.view.endS - this.view.startS));
      },
      { signal },
    );
    const resized = new ResizeObserver(() => {
      this.width = this.element.clientWidth;
      this.paint();
    });
    resized.observe(this.element);
    signal.addEventListener("abort", () => {
      resized.disconnect();
      cancelAnimationFrame(this.frame);
    });
  }

  /** Show a unit; `offsetS` is added to the times that are written. */
  show(unit: Unit, call: Call | null, offsetS = 0): void {
    this.unit = unit;
    this.offsetS = offsetS;
    this.call = call;
    this.view = viewOf(unit, call?.duration_s ?? unit.end_s + MARGIN_S);
    this.edges = { startS: unit.start_s, endS: unit.end_s };
    this.moved = false;
    this.picture = null;
    setAttributes(this.canvas, {
      "aria-label": strings.waveform(
        unit.channel === null ? strings.everyone : roleName(unit.role),
        clock(unit.start_s + offsetS, true),
        clock(unit.end_s + offsetS, true),
      ),
    });
    const caption =
      unit.pass === "text"
        ? strings.hear.readNotHeard
        : unit.pass === "masked_voice"
          ? strings.hear.masked
          : "";
    setText(this.caption, caption);
    this.caption.hidden = caption === "";
    this.say("");
    this.read(null);
    this.placeFlags();
    this.draw();
  }

  /** Put a sentence where the waveform would be; an empty one takes it away. */
  say(sentence: string): void {
    setText(this.words, sentence);
    this.words.hidden = sentence === "";
  }

  /** Put words to be read in place of the waveform; null takes them away. */
  read(lines: readonly string[] | null): void {
    this.text.hidden = lines === null;
    this.canvas.hidden = lines !== null;
    this.text.replaceChildren(...(lines ?? []).map((line) => el("p", { dir: "auto" }, line)));
  }

  /** Draw the unit between other edges than its own. */
  edge(edges: Edges, moved: boolean): void {
    this.edges = edges;
    this.moved = moved;
    this.draw();
  }

  /** Flags where the feeling turns. */
  marks(shifts: readonly Shift[]): void {
    if (shifts === this.marked) return;
    this.marked = shifts;
    this.placeFlags();
  }

  /** What to show below the waveform; a sentence where there is no picture of it. */
  below(shown: Shown, picture: Picture | null, sentence: string): void {
    [this.shown, this.picture] = [shown, picture];
    const any = shown.spectrogram || shown.pitch || shown.level;
    this.element.classList.toggle("wb-with-picture", any);
    setText(this.pictureWords, any ? sentence : "");
    this.pictureWords.hidden = !any || sentence === "";
    this.draw();
  }

  at(second: number | null): void {
    const { startS, endS } = this.view;
    const visible = second !== null && second >= startS && second <= endS;
    this.playhead.hidden = !visible;
    if (!visible) return;
    const x = shareOf(this.view, second) * this.width;
    this.playhead.style.transform = `translateX(${x}px)`;
  }

  /** Draw with the next frame, once, however much has changed until then. */
  draw(): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.paint());
  }

  private paint(): void {
    const canvas = prepare(this.canvas);
    if (!canvas || !this.unit) return;
    const colours = palette(this.root);
    const { view } = this;
    const x = (second: number) => shareOf(view, second) * canvas.width;
    const [from, to] = [x(this.edges.startS), x(this.edges.endS)];
    const pictured = this.element.classList.contains("wb-with-picture");
    const bottom = canvas.height - AXIS_PX;
    const height = pictured ? bottom - PICTURE_PX - GAP_PX : bottom;
    const part = from > 0.5 || to < canvas.width - 0.5;
    if (part) this.drawUnit(canvas, [from, to], bottom, colours);
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
    if (pictured && this.picture) {
      const box = { y: bottom - PICTURE_PX, height: PICTURE_PX - 4 };
      drawPicture(canvas, this.picture, box, x, this.shown, colours, this.font);
    }
    if (part) this.drawEdges(canvas, [from, to], bottom, colours);
    this.drawAxis(canvas, x, bottom, colours);
  }

  private get font(): string {
    return `11px ${getComputedStyle(this.root).fontFamily}`;
  }

  private placeFlags(): void {
    this.flags.replaceChildren(
      ...this.marked.flatMap(({ at_s, to_tag }) => {
        const share = shareOf(this.view, at_s);
        if (share < 0 || share > 1) return [];
        const flag = el("div.wb-flag", {}, el("span.wb-flag-words", {}, to_tag ?? ""));
        flag.style.left = `${100 * share}%`;
        flag.classList.toggle("wb-flag-left", share > 0.75);
        return [flag];
      }),
    );
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
    if (!this.unit || endS - startS > LONGEST_FROM_SAMPLES_S) return coarse;
    const fine = peaksOf(this.windows, sourceOf(this.unit), column, startS, endS, n);
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
  }

  private drawEdges(
    { context }: Canvas,
    edges: [number, number],
    height: number,
    colours: Palette,
  ): void {
    context.strokeStyle = this.moved ? colours.text : colours.muted;
    context.lineWidth = this.moved ? 1.5 : 1;
    context.setLineDash(this.moved ? [5, 3] : []);
    context.beginPath();
    for (const edge of edges) {
      context.moveTo(Math.round(edge), 0);
      context.lineTo(Math.round(edge), height);
    }
    context.stroke();
    context.setLineDash([]);
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
    context.font = this.font;
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
