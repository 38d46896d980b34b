// The whole call below the lane: where one is, what is traced, which stretch is chosen.

import { el, setAttributes } from "./dom";
import type { Call, Dimension } from "./model";
import { drawPeaks, gainOf, lanePeaks, prepare } from "./paint";
import { clock, strings } from "./strings";
import { palette } from "./theme";
import { clamp, type Grid, type Stretch } from "./trace";
import { drawTrace } from "./trace_lane";
import { placeOf } from "./trace_words";

export interface StripState {
  call: Call | null;
  dimension: Dimension;
  grid: Grid | null;
  lagS: number;
  stretch: Stretch | null;
}

export const SEEK_S = 5;
const DRAG_PX = 5;

export class TraceStrip {
  readonly element: HTMLElement;
  private readonly canvas = el("canvas");
  private readonly playhead = el("div.wb-playhead");
  private state: StripState | null = null;
  private secondS = 0;

  constructor(
    private readonly root: HTMLElement,
    seek: (second: number) => void,
    choose: (stretch: Stretch) => void,
    signal: AbortSignal,
  ) {
    this.element = el(
      "div.wb-trace-strip",
      { role: "slider", tabindex: 0, "aria-label": strings.tracer.strip },
      this.canvas,
      this.playhead,
    );
    let from: number | null = null;
    const { element } = this;
    element.addEventListener("pointerdown", (event) => {
      from = event.clientX;
      element.setPointerCapture(event.pointerId);
    }, { signal });
    element.addEventListener("pointermove", (event) => {
      if (from === null || Math.abs(event.clientX - from) < DRAG_PX) return;
      const [a, b] = [this.secondAt(from), this.secondAt(event.clientX)];
      choose({ start_s: Math.min(a, b), end_s: Math.max(a, b) });
    }, { signal });
    element.addEventListener("pointerup", (event) => {
      if (from !== null && Math.abs(event.clientX - from) < DRAG_PX) seek(this.secondAt(from));
      from = null;
    }, { signal });
    element.addEventListener("pointercancel", () => (from = null), { signal });
    element.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      const to = { Home: 0, End: this.state?.call?.duration_s }[event.key];
      if (by === undefined && to === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      seek(to ?? this.secondS + (by ?? 0) * SEEK_S);
    }, { signal });
    const resized = new ResizeObserver(() => this.draw());
    resized.observe(element);
    signal.addEventListener("abort", () => resized.disconnect());
  }

  show(state: StripState): void {
    this.state = state;
    this.at(this.secondS);
    this.draw();
  }

  at(second: number): void {
    this.secondS = second;
    const duration = this.state?.call?.duration_s ?? 0;
    const share = duration > 0 ? clamp(second / duration, 0, 1) : 0;
    this.playhead.style.transform = `translateX(${share * this.element.clientWidth}px)`;
    setAttributes(this.element, {
      "aria-valuemin": 0,
      "aria-valuemax": Math.round(duration),
      "aria-valuenow": Math.round(second),
      "aria-valuetext": clock(second),
    });
  }

  draw(): void {
    const canvas = prepare(this.canvas);
    const { state } = this;
    if (!canvas || !state?.call) return;
    const { call, dimension, grid, lagS, stretch } = state;
    const { context, width, height } = canvas;
    const colours = palette(this.root);
    const x = (second: number) => (second / call.duration_s) * width;
    if (stretch) {
      context.fillStyle = colours.focus;
      context.globalAlpha = 0.22;
      const wide = Math.max(2, x(stretch.end_s) - x(stretch.start_s));
      context.fillRect(x(stretch.start_s), 0, wide, height);
    }
    context.globalAlpha = 0.3;
    const tall = height / call.lanes.length;
    call.lanes.forEach((lane, row) => {
      const n = Math.max(1, Math.round(width));
      const peaks = lanePeaks(lane.peaks, call.duration_s, 0, call.duration_s, n);
      const box = { x: 0, y: row * tall, width, height: tall };
      drawPeaks(canvas, peaks, box, gainOf(lane.peaks), colours.role(lane.role));
    });
    context.globalAlpha = 1;
    if (!grid) return;
    const y = (value: number) => 3 + (1 - placeOf(dimension, value)) * (height - 6);
    drawTrace(context, grid, 0, call.duration_s, lagS, x, y, colours.text, 1.4);
  }

  private secondAt(clientX: number): number {
    const { left, width } = this.element.getBoundingClientRect();
    const duration = this.state?.call?.duration_s ?? 0;
    return clamp((clientX - left) / Math.max(1, width), 0, 1) * duration;
  }
}
