// The call from afar: one lane a role, every unit with its state, the current one framed. Waveform
// and units are drawn on canvases of their own, each only when it has changed.

import { el, setAttributes } from "./dom";
import { Minimap } from "./minimap";
import type { Call, Unit } from "./model";
import { drawPeaks, gainOf, lanePeaks, prepare, type Canvas } from "./paint";
import type { UnitState } from "./sitting";
import { clock, roleName, strings } from "./strings";
import { palette, type Palette } from "./theme";
import { firstLength, isWhole, shareOf, viewAround, type View } from "./view";

export interface Place {
  unit: Unit;
  /** Number in the list, from 0. */
  index: number;
}

export interface OverviewState {
  call: Call | null;
  /** The units of the call; the same array as long as they are the same. */
  units: readonly Place[];
  current: Place;
  place: string;
  stateOf(unit: Unit): UnitState;
}

const LANE_PX = 30;
const BAR_PX = 5;
const DRAG_PX = 4;

export class Overview {
  readonly element: HTMLElement;
  private readonly labels = el("div.wb-overview-labels", { "aria-hidden": "true" });
  private readonly waves = el("canvas");
  private readonly marks = el("canvas");
  private readonly frame = el("div.wb-overview-frame", { hidden: true });
  private readonly playhead = el("div.wb-playhead", { hidden: true });
  private readonly picture: HTMLElement;
  private readonly minimap: Minimap;
  private state: OverviewState | null = null;
  private states: UnitState[] = [];
  private view: View = { startS: 0, endS: 1 };
  /** Kept, since asking for it lays the page out anew. */
  private width = 0;
  private second: number | null = null;
  private asked = 0;
  private drag: { x: number; view: View; far: boolean } | null = null;

  constructor(
    private readonly root: HTMLElement,
    private readonly pick: (index: number) => void,
    signal: AbortSignal,
  ) {
    this.picture = el(
      "div.wb-overview-picture",
      { role: "slider", tabindex: 0, "aria-label": strings.overview },
      this.waves,
      this.marks,
      this.frame,
      this.playhead,
    );
    this.minimap = new Minimap(root, (view) => this.look(view), signal);
    this.element = el("div.wb-overview", {}, this.labels, this.picture, this.minimap.element);
    this.listen(signal);
    const resized = new ResizeObserver(() => {
      this.width = this.picture.clientWidth;
      this.draw();
    });
    resized.observe(this.picture);
    signal.addEventListener("abort", () => {
      resized.disconnect();
      cancelAnimationFrame(this.asked);
    });
  }

  show(state: OverviewState): void {
    const before = this.state;
    this.state = state;
    const { call, current, units } = state;
    if (call !== before?.call) {
      this.nameLanes(call);
      this.view = { startS: 0, endS: call?.duration_s ?? 1 };
      if (call) {
        const width = this.picture.clientWidth;
        const length = firstLength(units.length, width, call.duration_s);
        this.view = viewAround(middleOf(current.unit), length, call.duration_s);
      }
      this.minimap.show(call, this.view);
      this.drawWaves();
    }
    else if (isRead(state) !== isRead(before)) this.drawWaves();
    if (call && current.unit !== before?.current.unit) this.follow(call, current.unit);
    this.placeFrame();
    this.describe(state);
    if (units !== before?.units || call !== before?.call) this.drawMarks();
    else this.drawMarksSoon();
  }

  /** Move the playhead; null hides it. */
  at(second: number | null): void {
    this.second = second;
    const share = second === null || !this.state?.call ? -1 : shareOf(this.view, second);
    this.playhead.hidden = share < 0 || share > 1;
    if (this.playhead.hidden) return;
    this.playhead.style.transform = `translateX(${share * this.width}px)`;
  }

  draw(): void {
    this.drawWaves();
    this.drawMarks();
    this.minimap.draw();
    this.at(this.second);
  }

  private nameLanes(call: Call | null): void {
    const lanes = call?.lanes ?? [];
    this.labels.replaceChildren(
      ...lanes.map((lane) => el("span.wb-role", { "data-role": lane.role }, roleName(lane.role))),
    );
    this.element.style.setProperty("--wb-lanes", String(Math.max(1, lanes.length)));
  }

  private describe({ current, units, place, stateOf }: OverviewState): void {
    const { unit, index } = current;
    setAttributes(this.picture, {
      "aria-valuemin": 1,
      "aria-valuemax": (units.at(-1)?.index ?? index) + 1,
      "aria-valuenow": index + 1,
      "aria-valuetext": strings.overviewValue(
        place,
        unit.channel === null ? strings.everyone : roleName(unit.role),
        clock(unit.start_s),
        clock(unit.end_s),
        strings.states[stateOf(unit)],
      ),
    });
  }

  /** Look at another part of the call. */
  private look(view: View): void {
    this.view = view;
    this.minimap.show(this.state?.call ?? null, view);
    this.placeFrame();
    this.drawWaves();
    this.drawMarks();
    this.at(this.second);
  }

  private follow(call: Call, unit: Unit): void {
    const { startS, endS } = this.view;
    if (unit.start_s >= startS && unit.end_s <= endS) return;
    if (isWhole(this.view, call.duration_s)) return;
    this.look(viewAround(middleOf(unit), endS - startS, call.duration_s));
  }

  private placeFrame(): void {
    const { call, current } = this.state ?? {};
    this.frame.hidden = !call || !current;
    if (!call || !current) return;
    const { unit } = current;
    const rows = rowsOf(call, unit);
    const [from, to] = [shareOf(this.view, unit.start_s), shareOf(this.view, unit.end_s)];
    this.frame.hidden = to < 0 || from > 1;
    Object.assign(this.frame.style, {
      left: `${100 * Math.max(0, from)}%`,
      width: `${100 * (Math.min(1, to) - Math.max(0, from))}%`,
      top: `${(rows[0] ?? 0) * LANE_PX}px`,
      height: `${rows.length * LANE_PX}px`,
    });
  }

  private drawWaves(): void {
    const canvas = prepare(this.waves);
    if (!canvas) return;
    const call = this.state?.call;
    const colours = palette(this.root);
    const { startS, endS } = this.view;
    const n = Math.max(1, Math.round(canvas.width));
    if (!call) {
      const box = { x: 0, y: 0, width: canvas.width, height: LANE_PX };
      drawPeaks(canvas, [null], box, 1, colours.line);
    }
    call?.lanes.forEach((lane, row) => {
      const peaks = isRead(this.state) ? [null] : lanePeaks(lane.peaks, call.duration_s, startS, endS, n);
      const box = { x: 0, y: row * LANE_PX, width: canvas.width, height: LANE_PX - BAR_PX - 3 };
      canvas.context.globalAlpha = 0.6;
      drawPeaks(canvas, peaks, box, gainOf(lane.peaks), colours.role(lane.role));
    });
  }

  /** Look for states that have changed, at most once a frame. */
  private drawMarksSoon(): void {
    cancelAnimationFrame(this.asked);
    this.asked = requestAnimationFrame(() => {
      const { units, stateOf } = this.state ?? { units: [] };
      if (units.some(({ unit }, i) => stateOf?.(unit) !== this.states[i])) this.drawMarks();
    });
  }

  private drawMarks(): void {
    const { call, units, stateOf } = this.state ?? {};
    const canvas = prepare(this.marks);
    this.states = stateOf ? (units ?? []).map(({ unit }) => stateOf(unit)) : [];
    if (!canvas || !call) return;
    const colours = palette(this.root);
    const { startS, endS } = this.view;
    units?.forEach(({ unit }, i) => {
      if (unit.end_s < startS || unit.start_s > endS) return;
      this.drawUnit(canvas, call, unit, this.states[i] ?? "open", colours);
    });
  }

  private drawUnit(
    { context, width: all }: Canvas,
    call: Call,
    unit: Unit,
    state: UnitState,
    colours: Palette,
  ): void {
    const x = shareOf(this.view, unit.start_s) * all;
    const width = Math.max(2, shareOf(this.view, unit.end_s) * all - x - 1);
    for (const row of rowsOf(call, unit)) {
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

  // ---- mouse and keys ------------------------------------------------------------------

  private listen(signal: AbortSignal): void {
    const on = <K extends keyof HTMLElementEventMap>(
      name: K,
      listener: (event: HTMLElementEventMap[K]) => void,
    ) => this.picture.addEventListener(name, listener, { signal, passive: false });
    on("pointerdown", (event) => (this.drag = { x: event.clientX, view: this.view, far: false }));
    on("pointermove", (event) => this.dragTo(event));
    on("pointercancel", () => (this.drag = null));
    on("click", (event) => {
      const dragged = this.drag?.far;
      this.drag = null;
      const index = dragged ? null : this.indexAt(event.offsetX, event.offsetY);
      if (index !== null) this.pick(index);
    });
    on("wheel", (event) => this.wheel(event));
    on("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      if (by !== undefined && this.state) this.pick(this.state.current.index + by);
      else if (!this.minimap.zoomKey(event)) return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  private dragTo(event: PointerEvent): void {
    const { drag } = this;
    const duration = this.state?.call?.duration_s ?? 0;
    if (!drag || event.buttons === 0 || isWhole(drag.view, duration)) return;
    const moved = event.clientX - drag.x;
    if (!drag.far && Math.abs(moved) < DRAG_PX) return;
    if (!drag.far) this.picture.setPointerCapture(event.pointerId);
    drag.far = true;
    this.pan(drag.view, -moved);
  }

  /** With Ctrl or Alt the wheel zooms, sideways it moves; alone it scrolls the notebook. */
  private wheel(event: WheelEvent): void {
    const call = this.state?.call;
    if (!call) return;
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : 0;
    if (event.ctrlKey || event.altKey) {
      const { startS, endS } = this.view;
      const share = event.offsetX / Math.max(1, this.picture.clientWidth);
      this.minimap.zoom(1.002 ** event.deltaY, startS + share * (endS - startS));
    } else if (sideways !== 0 && !isWhole(this.view, call.duration_s)) {
      this.pan(this.view, sideways);
    } else return;
    event.preventDefault();
  }

  private pan(from: View, pixels: number): void {
    const call = this.state?.call;
    if (!call) return;
    const length = from.endS - from.startS;
    const by = (pixels / Math.max(1, this.picture.clientWidth)) * length;
    this.look(viewAround((from.startS + from.endS) / 2 + by, length, call.duration_s));
  }

  /** The unit under a point, else the nearest of that lane, else the nearest of all. */
  private indexAt(x: number, y: number): number | null {
    const { call, units } = this.state ?? {};
    if (!call || !units || units.length === 0) return null;
    const { startS, endS } = this.view;
    const second = startS + (x / this.picture.clientWidth) * (endS - startS);
    const channel = call.lanes[Math.floor(y / LANE_PX)]?.channel;
    const inLane = units.filter(({ unit }) => unit.channel === null || unit.channel === channel);
    const away = ({ unit }: Place) => Math.max(unit.start_s - second, second - unit.end_s, 0);
    const choice = inLane.length > 0 ? inLane : units;
    return choice.reduce((best, other) => (away(other) < away(best) ? other : best)).index;
  }
}

/** In the pass that is read, nothing is seen of the voice. */
function isRead(state: OverviewState | null): boolean {
  return state?.current.unit.pass === "text";
}

function middleOf(unit: Unit): number {
  return (unit.start_s + unit.end_s) / 2;
}

/** The lanes of a unit: its channel's, or all. */
function rowsOf(call: Call, unit: Unit): number[] {
  const lane = call.lanes.findIndex(({ channel }) => channel === unit.channel);
  return lane < 0 ? call.lanes.map((_, row) => row) : [lane];
}
