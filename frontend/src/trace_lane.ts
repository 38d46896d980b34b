// The lane: time from left to right, the dimension from bottom to top, and the dot that is the hand.

import { el, setAttributes, setText } from "./dom";
import type { Call, Dimension } from "./model";
import { paced } from "./pacing";
import { gainOf, lanePeaks, prepare, ticks, type Canvas, type Peak } from "./paint";
import { clock, strings } from "./strings";
import { palette } from "./theme";
import { clamp, RATE_HZ, spansOf, type Grid, type Stretch } from "./trace";
import { levelsOf } from "./trace_levels";
import { placeOf, wordsOf } from "./trace_words";
import type { SampleWindows } from "./windows";

const SHOWN_S = 30;
const AHEAD = 0.3;
const EDGE_PX = 14;
const FOOT_PX = 18;
const DOT_PX = 7;
const SPEAK_MS = 1000;

export interface LaneState {
  callId: string;
  call: Call | null;
  dimension: Dimension;
  /** Channel whose feeling is judged; null for the call as a whole. */
  channel: number | null;
  grid: Grid | null;
  lagS: number;
  stretch: Stretch | null;
  /** Whether the hand is at work; else the dot goes along the trace. */
  tracing: boolean;
}

export class TraceLane {
  readonly element: HTMLElement;
  private readonly canvas = el("canvas");
  private readonly high = el("span.wb-trace-end.wb-trace-high");
  private readonly low = el("span.wb-trace-end.wb-trace-low");
  private state: LaneState | null = null;
  private secondS = 0;
  private value: number | null = null;
  private readonly speak: (text: string) => void;

  constructor(
    private readonly root: HTMLElement,
    private readonly windows: SampleWindows,
    /** A pointer took the hand to places, 0 to 1, in the order of time. */
    pointed: (moves: { ms: number; place: number }[]) => void,
    signal: AbortSignal,
  ) {
    this.element = el(
      "div.wb-trace-lane",
      { role: "slider", tabindex: 0, "aria-orientation": "vertical" },
      this.canvas,
      this.high,
      this.low,
    );
    const follow = (event: PointerEvent) => {
      const { top, height } = this.canvas.getBoundingClientRect();
      const room = height - 2 * EDGE_PX - FOOT_PX;
      const moves = event.getCoalescedEvents?.() ?? [];
      pointed(
        (moves.length > 0 ? moves : [event]).map(({ timeStamp: ms, clientY }) => ({
          ms,
          place: clamp(1 - (clientY - top - EDGE_PX) / room, 0, 1),
        })),
      );
    };
    this.element.addEventListener("pointermove", follow, { signal });
    this.element.addEventListener("pointerdown", (event) => {
      this.element.setPointerCapture(event.pointerId);
      follow(event);
    }, { signal });
    const resized = new ResizeObserver(() => this.draw());
    resized.observe(this.element);
    signal.addEventListener("abort", () => resized.disconnect());
    this.speak = paced(SPEAK_MS, (text) => this.tell(text), signal);
  }

  show(state: LaneState): void {
    this.state = state;
    const { dimension } = state;
    setText(this.high, dimension.high_words);
    setText(this.low, dimension.low_words);
    setAttributes(this.element, {
      "aria-label": strings.tracer.lane(dimension.dimension),
      "aria-valuemin": dimension.low,
      "aria-valuemax": dimension.high,
    });
    setAttributes(this.element, { "aria-readonly": String(!state.tracing) });
    this.element.classList.toggle("wb-trace-hand", state.tracing);
    this.draw();
  }

  /** The second that sounds, and the value of the dot; null where there is none. */
  at(second: number, value: number | null): void {
    this.secondS = second;
    this.value = value;
    if (this.state) {
      this.speak(value === null ? strings.tracer.gap : wordsOf(this.state.dimension, value));
    }
    this.draw();
  }

  /** How many seconds are shown: a short call as a whole. */
  private get shownS(): number {
    const duration = this.state?.call?.duration_s ?? SHOWN_S;
    return duration < 1.5 * SHOWN_S ? Math.max(1, duration) : SHOWN_S;
  }

  /** Second of the call at the left edge. */
  private get startS(): number {
    const most = Math.max(0, (this.state?.call?.duration_s ?? 0) - this.shownS);
    return clamp(this.secondS - this.shownS * (1 - AHEAD), 0, most);
  }

  draw(): void {
    const canvas = prepare(this.canvas);
    const { state } = this;
    if (!canvas || !state) return;
    const { context, width, height } = canvas;
    const colours = palette(this.root);
    const startS = this.startS;
    const endS = startS + this.shownS;
    const x = (second: number) => ((second - startS) / (endS - startS)) * width;
    const room = height - 2 * EDGE_PX - FOOT_PX;
    const y = (value: number) => EDGE_PX + (1 - placeOf(state.dimension, value)) * room;
    if (state.stretch) {
      const [from, to] = [x(state.stretch.start_s), x(state.stretch.end_s)];
      context.fillStyle = colours.focus;
      context.globalAlpha = 0.14;
      context.fillRect(from, 0, to - from, height - FOOT_PX);
      context.globalAlpha = 1;
    }
    this.drawLevels(canvas, state, startS, endS, (role) => colours.role(role));
    context.strokeStyle = colours.line;
    context.lineWidth = 1;
    for (const place of [0, 0.5, 1]) {
      const at = Math.round(EDGE_PX + (1 - place) * room) + 0.5;
      context.setLineDash(place === 0.5 ? [] : [2, 4]);
      line(context, [0, at, width, at]);
    }
    context.setLineDash([]);
    context.fillStyle = colours.muted;
    context.font = `11px ${getComputedStyle(this.root).fontFamily}`;
    context.textBaseline = "bottom";
    for (const tick of ticks(startS, endS, width)) {
      const at = x(tick);
      line(context, [at, height - FOOT_PX, at, height - FOOT_PX + 4]);
      context.textAlign = at < 16 ? "left" : at > width - 16 ? "right" : "center";
      context.fillText(clock(tick), clamp(at, 4, width - 4), height - 1);
    }
    if (state.grid) {
      if (state.lagS > 0) {
        context.globalAlpha = 0.55;
        context.setLineDash([3, 3]);
        drawTrace(context, state.grid, startS, endS, 0, x, y, colours.muted, 1.2);
        context.setLineDash([]);
        context.globalAlpha = 1;
      }
      drawTrace(context, state.grid, startS, endS, state.lagS, x, y, colours.text, 2.2);
    }
    const at = x(this.secondS);
    context.strokeStyle = colours.text;
    context.globalAlpha = 0.5;
    line(context, [at, 0, at, height - FOOT_PX]);
    context.globalAlpha = 1;
    if (this.value === null) return;
    context.beginPath();
    context.arc(clamp(at, DOT_PX, width - DOT_PX), y(this.value), DOT_PX, 0, 2 * Math.PI);
    context.fillStyle = state.tracing ? colours.focus : colours.background;
    context.fill();
    context.lineWidth = 2;
    context.strokeStyle = state.tracing ? colours.background : colours.text;
    context.stroke();
  }

  private drawLevels(
    canvas: Canvas,
    state: LaneState,
    startS: number,
    endS: number,
    colour: (role: string) => string,
  ): void {
    const { call, callId } = state;
    if (!call) return;
    const { context, width, height } = canvas;
    const n = Math.max(1, Math.round(width / 2));
    const middle = (height - FOOT_PX) / 2;
    call.lanes.forEach((lane, row) => {
      const coarse = lanePeaks(lane.peaks, call.duration_s, startS, endS, n);
      const fine = levelsOf(this.windows, callId, row, startS, endS, n);
      const gain = gainOf(lane.peaks) * 0.42 * (height - FOOT_PX);
      const tall = (i: number) => Math.max(0.5, (fine[i] ?? levelOf(coarse[i] ?? null)) * gain);
      context.beginPath();
      context.moveTo(0, middle);
      for (let i = 0; i < n; i++) context.lineTo(((i + 0.5) * width) / n, middle - tall(i));
      context.lineTo(width, middle);
      for (let i = n - 1; i >= 0; i--) context.lineTo(((i + 0.5) * width) / n, middle + tall(i));
      context.closePath();
      context.fillStyle = colour(lane.role);
      context.globalAlpha = state.channel === null || state.channel === lane.channel ? 0.22 : 0.1;
      context.fill();
      context.globalAlpha = 1;
    });
  }

  /** Tell the value in words to who cannot see the dot. */
  private tell(text: string): void {
    const { state, value } = this;
    if (!state || this.element.getAttribute("aria-valuetext") === text) return;
    const { low, high } = state.dimension;
    setAttributes(this.element, {
      "aria-valuenow": (value ?? (low + high) / 2).toFixed(2),
      "aria-valuetext": text,
    });
  }
}

function levelOf(peak: Peak): number {
  return peak ? Math.max(Math.abs(peak[0]), Math.abs(peak[1])) : 0;
}

function line(context: CanvasRenderingContext2D, [x1, y1, x2, y2]: number[]): void {
  context.beginPath();
  context.moveTo(x1 ?? 0, y1 ?? 0);
  context.lineTo(x2 ?? 0, y2 ?? 0);
  context.stroke();
}

/** Draw the runs of a trace as lines, moved ahead by the lag; gaps stay open. */
export function drawTrace(
  context: CanvasRenderingContext2D,
  grid: Grid,
  startS: number,
  endS: number,
  lagS: number,
  x: (second: number) => number,
  y: (value: number) => number,
  colour: string,
  thick: number,
): void {
  context.strokeStyle = colour;
  context.lineWidth = thick;
  context.lineJoin = "round";
  const [from, to] = [startS + lagS, endS + lagS].map((s) => Math.round(s * RATE_HZ));
  // No more points than a line of some thousand pixels can show.
  const by = Math.max(1, Math.floor(((to ?? 0) - (from ?? 0)) / 4000));
  for (const [first, last] of spansOf(grid, (from ?? 0) - 1, (to ?? 0) + 2)) {
    context.beginPath();
    for (let i = first; i <= last; i += by) {
      context.lineTo(x(i / RATE_HZ - lagS), y(grid[i] as number));
    }
    context.lineTo(x((last + 0.9) / RATE_HZ - lagS), y(grid[last] as number));
    context.stroke();
  }
}
