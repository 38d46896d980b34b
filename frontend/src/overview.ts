// The whole call: one lane a role, every unit with its state, the current one framed.

import { el, setAttributes } from "./dom";
import type { Call, Unit } from "./model";
import { drawPeaks, gainOf, lanePeaks, prepare, type Canvas } from "./paint";
import type { UnitState } from "./sitting";
import { clock, roleName, strings } from "./strings";
import { palette, type Palette } from "./theme";

export interface OverviewState {
  call: Call | null;
  units: { unit: Unit; state: UnitState; index: number }[];
  current: number;
  place: string;
}

const LANE_PX = 30;
const BAR_PX = 5;

export class Overview {
  readonly element: HTMLElement;
  private readonly labels = el("div.wb-overview-labels", { "aria-hidden": "true" });
  private readonly canvas = el("canvas");
  private readonly playhead = el("div.wb-playhead", { hidden: true });
  private readonly picture: HTMLElement;
  private state: OverviewState = { call: null, units: [], current: 0, place: "" };

  constructor(
    private readonly root: HTMLElement,
    pick: (index: number) => void,
    signal: AbortSignal,
  ) {
    this.picture = el(
      "div.wb-overview-picture",
      { role: "slider", tabindex: 0, "aria-label": strings.overview },
      this.canvas,
      this.playhead,
    );
    this.element = el("div.wb-overview", {}, this.labels, this.picture);
    this.picture.addEventListener("click", (event) => {
      const index = this.indexAt(event.offsetX, event.offsetY);
      if (index !== null) pick(index);
    }, { signal });
    this.picture.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      if (by === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      pick(this.state.current + by);
    }, { signal });
    const resized = new ResizeObserver(() => this.draw());
    resized.observe(this.picture);
    signal.addEventListener("abort", () => resized.disconnect());
  }

  show(state: OverviewState): void {
    this.state = state;
    const lanes = state.call?.lanes ?? [];
    const names = lanes.map((lane) => roleName(lane.role)).join("\n");
    if (this.labels.dataset["names"] !== names) {
      this.labels.dataset["names"] = names;
      this.labels.replaceChildren(
        ...lanes.map((lane) =>
          el("span.wb-role", { "data-role": lane.role }, roleName(lane.role)),
        ),
      );
      this.element.style.setProperty("--wb-lanes", String(Math.max(1, lanes.length)));
    }
    const current = state.units.find(({ index }) => index === state.current);
    if (current) {
      const { unit } = current;
      setAttributes(this.picture, {
        "aria-valuemin": 1,
        "aria-valuemax": Math.max(...state.units.map(({ index }) => index)) + 1,
        "aria-valuenow": state.current + 1,
        "aria-valuetext": strings.overviewValue(
          state.place,
          unit.channel === null ? strings.everyone : roleName(unit.role),
          clock(unit.start_s),
          clock(unit.end_s),
          strings.states[current.state],
        ),
      });
    }
    this.draw();
  }

  /** Move the playhead; null hides it. */
  at(second: number | null): void {
    const duration = this.state.call?.duration_s ?? 0;
    this.playhead.hidden = second === null || duration === 0;
    if (second === null || duration === 0) return;
    const x = (second / duration) * this.picture.clientWidth;
    this.playhead.style.transform = `translateX(${x}px)`;
  }

  draw(): void {
    const canvas = prepare(this.canvas);
    if (!canvas) return;
    const { call, units, current } = this.state;
    const colours = palette(this.root);
    if (!call) {
      drawPeaks(canvas, [null], { x: 0, y: 0, width: canvas.width, height: LANE_PX }, 1, colours.line);
      return;
    }
    call.lanes.forEach((lane, row) => {
      const n = Math.max(1, Math.round(canvas.width));
      const peaks = lanePeaks(lane.peaks, call.duration_s, 0, call.duration_s, n);
      const box = { x: 0, y: row * LANE_PX, width: canvas.width, height: LANE_PX - BAR_PX - 3 };
      canvas.context.globalAlpha = 0.6;
      drawPeaks(canvas, peaks, box, gainOf(lane.peaks), colours.role(lane.role));
      canvas.context.globalAlpha = 1;
    });
    for (const { unit, state } of units) this.drawUnit(canvas, call, unit, state, colours);
    const framed = units.find(({ index }) => index === current);
    if (framed) this.drawFrame(canvas, call, framed.unit, colours);
  }

  private drawUnit(
    canvas: Canvas,
    call: Call,
    unit: Unit,
    state: UnitState,
    colours: Palette,
  ): void {
    const { context } = canvas;
    const { x, width, rows } = this.boxOf(canvas, call, unit);
    for (const row of rows) {
      const y = (row + 1) * LANE_PX - BAR_PX - 1;
      const colour = colours.role(call.lanes[row]?.role ?? "");
      context.lineWidth = 1;
      if (state === "saved" || state === "saving") {
        context.fillStyle = colour;
        context.fillRect(x, y, width, BAR_PX);
        context.globalAlpha = 0.13;
        context.fillRect(x, row * LANE_PX, width, LANE_PX - BAR_PX - 1);
        context.globalAlpha = 1;
        if (state === "saving") {
          context.fillStyle = colours.background;
          context.fillRect(x + 1, y + 1, Math.max(0, width - 2), BAR_PX - 2);
        }
      } else {
        context.strokeStyle = state === "failed" ? colours.failed : colours.muted;
        context.setLineDash(state === "open" ? [] : [2, 2]);
        context.strokeRect(x + 0.5, y + 0.5, Math.max(0.5, width - 1), BAR_PX - 1);
        context.setLineDash([]);
      }
    }
  }

  private drawFrame(canvas: Canvas, call: Call, unit: Unit, colours: Palette): void {
    const { x, width, rows } = this.boxOf(canvas, call, unit);
    const top = (rows[0] ?? 0) * LANE_PX;
    const { context } = canvas;
    context.strokeStyle = colours.text;
    context.lineWidth = 2;
    context.beginPath();
    context.roundRect(
      Math.max(1, x - 2),
      top + 1,
      Math.min(width + 4, canvas.width - Math.max(1, x - 2) - 1),
      rows.length * LANE_PX - 2,
      3,
    );
    context.stroke();
  }

  private boxOf(
    canvas: Canvas,
    call: Call,
    unit: Unit,
  ): { x: number; width: number; rows: number[] } {
    const scale = canvas.width / call.duration_s;
    const lane = call.lanes.findIndex(({ channel }) => channel === unit.channel);
    return {
      x: unit.start_s * scale,
      width: Math.max(2, (unit.end_s - unit.start_s) * scale - 1),
      rows: lane < 0 ? call.lanes.map((_, row) => row) : [lane],
    };
  }

  /** The unit under a point, else the nearest of that lane, else the nearest of all. */
  private indexAt(x: number, y: number): number | null {
    const { call, units } = this.state;
    if (!call || units.length === 0) return null;
    const second = (x / this.picture.clientWidth) * call.duration_s;
    const channel = call.lanes[Math.floor(y / LANE_PX)]?.channel;
    const inLane = units.filter(({ unit }) => unit.channel === null || unit.channel === channel);
    const away = ({ unit }: { unit: Unit }) =>
      Math.max(unit.start_s - second, second - unit.end_s, 0);
    const choice = inLane.length > 0 ? inLane : units;
    return choice.reduce((best, other) => (away(other) < away(best) ? other : best)).index;
  }
}

