// A recording with two handles: what lies between them is kept.

import { CallSource } from "./call_source";
import { el, setAttributes } from "./dom";
import type { Call, Unit } from "./model";
import { drawPeaks, gainOf, lanePeaks, prepare, ticks, type Canvas } from "./paint";
import { Playback } from "./playback";
import { clock, strings } from "./strings";
import { soundUnit } from "./strip";
import { palette } from "./theme";
import type { Wire } from "./wire";

const STEP_S = 0.05;
const BIG_STEP_S = 0.5;
const AXIS_PX = 18;

type Edge = "start_s" | "end_s";

export interface ClipEvents {
  /** The handles were moved, or playing began or ended. */
  changed(): void;
  failed(error: unknown): void;
}

export class Clip {
  readonly element: HTMLElement;
  private readonly source: CallSource;
  private readonly playback: Playback;
  private readonly canvas = el("canvas", { role: "img" });
  private readonly playhead = el("div.wb-playhead", { hidden: true });
  private readonly handles: Record<Edge, HTMLElement>;
  private call: Call | null = null;
  private unit: Unit = soundUnit("", 0);
  private durationS = 0;
  private shortestS = 0;

  constructor(
    private readonly root: HTMLElement,
    wire: Wire,
    private readonly events: ClipEvents,
    private readonly signal: AbortSignal,
  ) {
    this.source = new CallSource(wire, () => {});
    this.playback = new Playback(this.source, {
      moved: (second) => this.at(second),
      changed: () => events.changed(),
      failed: (error) => events.failed(error),
    });
    this.handles = { start_s: this.handle("start_s"), end_s: this.handle("end_s") };
    this.element = el(
      "div.wb-clip",
      { role: "group", "aria-label": strings.recorder.trim },
      this.canvas,
      this.playhead,
      this.handles.start_s,
      this.handles.end_s,
    );
    this.canvas.addEventListener(
      "click",
      (event) => this.playback.seek((event.offsetX / this.canvas.clientWidth) * this.durationS),
      { signal },
    );
    const resized = new ResizeObserver(() => this.draw());
    resized.observe(this.element);
    signal.addEventListener("abort", () => resized.disconnect());
  }

  get playing(): boolean {
    return this.playback.playing;
  }

  /** The seconds that are kept. */
  get part(): { start_s: number; end_s: number } {
    return { start_s: this.unit.start_s, end_s: this.unit.end_s };
  }

  /** Turn to a recording, in silence. */
  load(key: string, durationS: number, part: { start_s: number; end_s: number }, shortestS: number): void {
    this.unit = { ...soundUnit(key, durationS), ...part };
    [this.durationS, this.shortestS, this.call] = [durationS, shortestS, null];
    this.playback.turnTo(this.unit);
    this.settle();
    void this.fetch(this.unit);
  }

  /** Whether the handles can be moved. */
  lock(locked: boolean): void {
    for (const handle of Object.values(this.handles)) handle.hidden = locked;
  }

  toggle(): void {
    this.playback.toggle();
  }

  close(): void {
    this.playback.close();
  }

  draw(): void {
    const canvas = prepare(this.canvas);
    if (!canvas || this.durationS === 0) return;
    const colours = palette(this.root);
    const height = canvas.height - AXIS_PX;
    const x = (second: number) => (second / this.durationS) * canvas.width;
    const [from, to] = [x(this.unit.start_s), x(this.unit.end_s)];
    canvas.context.fillStyle = colours.text;
    canvas.context.globalAlpha = 0.07;
    canvas.context.fillRect(from, 0, to - from, height);
    canvas.context.globalAlpha = 1;
    const peaks = this.call?.lanes[0]?.peaks;
    if (peaks) {
      const n = Math.max(1, Math.round(canvas.width));
      const bars = lanePeaks(peaks, this.durationS, 0, this.durationS, n);
      const box = { x: 0, y: 0, width: canvas.width, height };
      for (const [left, right, alpha] of [[0, from, 0.3], [from, to, 1], [to, canvas.width, 0.3]] as const) {
        canvas.context.save();
        canvas.context.beginPath();
        canvas.context.rect(left, 0, Math.max(0, right - left), height);
        canvas.context.clip();
        canvas.context.globalAlpha = alpha;
        drawPeaks(canvas, bars, box, gainOf(peaks), colours.role("customer"));
        canvas.context.restore();
      }
    }
    this.drawAxis(canvas, x, height, colours);
  }

  private drawAxis(
    { context, width }: Canvas,
    x: (second: number) => number,
    top: number,
    colours: { line: string; muted: string },
  ): void {
    context.fillStyle = colours.line;
    context.fillRect(0, top, width, 1);
    context.fillStyle = colours.muted;
    context.font = `11px ${getComputedStyle(this.root).fontFamily}`;
    context.textBaseline = "top";
    context.textAlign = "center";
    const marks = ticks(0, this.durationS, width);
    const tenths = (marks[1] ?? 1) - (marks[0] ?? 0) < 1;
    for (const mark of marks) {
      if (x(mark) < 14 || x(mark) > width - 18) continue;
      context.fillRect(Math.round(x(mark)), top, 1, 4);
      context.fillText(clock(mark, tenths), x(mark), top + 5);
    }
  }

  private async fetch(unit: Unit): Promise<void> {
    try {
      const call = await this.source.call(unit.call_id);
      if (this.signal.aborted || this.unit !== unit) return;
      this.call = call;
      this.draw();
      await this.source.want(unit, call);
    } catch (error) {
      if (!this.signal.aborted && this.unit === unit) this.events.failed(error);
    }
  }

  private at(second: number | null): void {
    this.playhead.hidden = second === null;
    if (second === null || this.durationS === 0) return;
    const px = (second / this.durationS) * this.canvas.clientWidth;
    this.playhead.style.transform = `translateX(${px}px)`;
  }

  private handle(edge: Edge): HTMLElement {
    const { signal } = this;
    const handle = el("div.wb-clip-handle", {
      role: "slider",
      tabindex: 0,
      "data-edge": edge,
      "aria-label": strings.recorder.edges[edge],
    });
    handle.addEventListener("keydown", (event) => this.keydown(event, edge), { signal });
    handle.addEventListener(
      "pointerdown",
      (event) => {
        handle.setPointerCapture(event.pointerId);
        handle.focus();
        event.preventDefault();
      },
      { signal },
    );
    handle.addEventListener(
      "pointermove",
      (event) => {
        if (!handle.hasPointerCapture(event.pointerId)) return;
        const box = this.canvas.getBoundingClientRect();
        this.move(edge, ((event.clientX - box.left) / box.width) * this.durationS);
      },
      { signal },
    );
    return handle;
  }

  private keydown(event: KeyboardEvent, edge: Edge): void {
    const now = this.unit[edge];
    const to = {
      ArrowLeft: now - STEP_S,
      ArrowDown: now - STEP_S,
      ArrowRight: now + STEP_S,
      ArrowUp: now + STEP_S,
      PageDown: now - BIG_STEP_S,
      PageUp: now + BIG_STEP_S,
      Home: 0,
      End: this.durationS,
    }[event.key];
    if (to !== undefined) this.move(edge, to);
    else if (event.code === "Space") this.toggle();
    else return;
    event.preventDefault();
  }

  private move(edge: Edge, second: number): void {
    const low = edge === "start_s" ? 0 : this.unit.start_s + this.shortestS;
    const high = edge === "start_s" ? this.unit.end_s - this.shortestS : this.durationS;
    const to = Math.max(low, Math.min(high, Math.round(second * 100) / 100));
    if (high < low || to === this.unit[edge]) return;
    this.unit = { ...this.unit, [edge]: to };
    this.playback.turnTo(this.unit);
    this.settle();
    this.events.changed();
  }

  /** Put the handles where they belong. */
  private settle(): void {
    for (const edge of ["start_s", "end_s"] as const) {
      const second = this.unit[edge];
      const handle = this.handles[edge];
      handle.style.left = `${this.durationS > 0 ? (100 * second) / this.durationS : 0}%`;
      setAttributes(handle, {
        "aria-valuemin": 0,
        "aria-valuemax": this.durationS.toFixed(2),
        "aria-valuenow": second.toFixed(2),
        "aria-valuetext": strings.seconds(second),
      });
    }
    setAttributes(this.canvas, {
      "aria-label": strings.waveform(
        strings.recorder.yourVoice,
        strings.seconds(this.unit.start_s),
        strings.seconds(this.unit.end_s),
      ),
    });
    this.draw();
  }
}
