// Where the current utterance begins and ends, to be moved by mouse or keys. Nothing is changed
// before the rater applies it.

import { button, el, setAttributes, setText } from "./dom";
import type { KeyNames } from "./key_names";
import type { Unit } from "./model";
import { strings } from "./strings";
import type { View } from "./view";

export interface Edges {
  startS: number;
  endS: number;
}

export interface RegionEvents {
  /** The edges to draw; `said` is for screen readers. */
  moved(said: string): void;
  apply(edges: Edges): void;
  /** Give the keys back to the widget. */
  leave(): void;
}

export const SHORTEST_S = 0.05;
const STEP_S = 0.01;
const LEAP_S = 0.1;

type Side = "startS" | "endS";

/** Move one edge as far as it can go: to the ends of what is seen, and never past the other. */
export function movedEdges(edges: Edges, side: Side, second: number, view: View): Edges {
  const [low, high] =
    side === "startS"
      ? [view.startS, edges.endS - SHORTEST_S]
      : [edges.startS + SHORTEST_S, view.endS];
  const to = Math.round(Math.max(low, Math.min(high, second)) * 1000) / 1000;
  return { ...edges, [side]: to };
}

export class Regions {
  readonly handles: Record<Side, HTMLElement>;
  /** What is not applied yet, and what to do about it. */
  readonly bar: HTMLElement;
  private readonly words = el("span");
  private readonly pending = new Map<string, Edges>();
  private unit: Unit | null = null;
  private view: View = { startS: 0, endS: 1 };

  constructor(
    private readonly picture: HTMLElement,
    keys: KeyNames,
    private readonly events: RegionEvents,
    signal: AbortSignal,
  ) {
    this.handles = { startS: this.handle("startS", signal), endS: this.handle("endS", signal) };
    picture.append(this.handles.startS, this.handles.endS);
    this.bar = el(
      "div.wb-regions-bar",
      { hidden: true },
      this.words,
      button("wb-button", strings.hear.apply, () => this.apply(), {
        key: keys.cap("Enter"),
        signal,
      }),
      button("wb-button", strings.hear.takeBack, () => this.takeBack(), {
        key: keys.cap("Escape"),
        signal,
      }),
    );
  }

  /** The edges of a unit, moved or not. */
  edges(unit: Unit): Edges {
    return this.pending.get(unit.item_id) ?? { startS: unit.start_s, endS: unit.end_s };
  }

  isMoved(unit: Unit): boolean {
    return this.pending.has(unit.item_id);
  }

  show(unit: Unit, view: View, movable: boolean): void {
    [this.unit, this.view] = [unit, view];
    const edges = this.edges(unit);
    for (const side of ["startS", "endS"] as const) {
      const handle = this.handles[side];
      handle.hidden = !movable;
      const share = (edges[side] - view.startS) / (view.endS - view.startS);
      handle.style.left = `${100 * share}%`;
      setAttributes(handle, {
        "aria-valuemin": view.startS.toFixed(2),
        "aria-valuemax": view.endS.toFixed(2),
        "aria-valuenow": edges[side].toFixed(2),
        "aria-valuetext": strings.hear.seconds(edges[side]),
        "data-moved": this.isMoved(unit),
      });
    }
    this.bar.hidden = !movable || !this.isMoved(unit);
    setText(this.words, strings.hear.movedTo(edges.startS, edges.endS));
  }

  apply(): void {
    const { unit } = this;
    const edges = unit && this.pending.get(unit.item_id);
    if (edges) this.events.apply(edges);
  }

  /** Forget what was moved. */
  takeBack(said = strings.hear.takenBack): void {
    if (!this.unit || !this.pending.delete(this.unit.item_id)) return;
    this.events.moved(said);
    this.events.leave();
  }

  private handle(side: Side, signal: AbortSignal): HTMLElement {
    const label = side === "startS" ? strings.hear.startEdge : strings.hear.endEdge;
    const handle = el("div.wb-handle", {
      role: "slider",
      tabindex: 0,
      "aria-label": label,
      title: label,
      "data-side": side,
      hidden: true,
    });
    const listen = <K extends keyof HTMLElementEventMap>(
      name: K,
      listener: (event: HTMLElementEventMap[K]) => void,
    ) => handle.addEventListener(name, listener, { signal });
    listen("keydown", (event) => this.keydown(event, side));
    listen("click", (event) => event.stopPropagation());
    listen("pointerdown", (event) => {
      event.preventDefault();
      handle.setPointerCapture(event.pointerId);
    });
    listen("pointermove", (event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return;
      const { left, width } = this.picture.getBoundingClientRect();
      const { startS, endS } = this.view;
      this.move(side, startS + ((event.clientX - left) / width) * (endS - startS));
    });
    listen("pointerup", () => handle.focus());
    return handle;
  }

  private keydown(event: KeyboardEvent, side: Side): void {
    const { unit } = this;
    if (!unit || event.ctrlKey || event.metaKey || event.altKey) return;
    const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (by !== undefined) {
      const step = event.shiftKey ? LEAP_S : STEP_S;
      this.move(side, this.edges(unit)[side] + by * step);
    } else if (event.code === "Enter") this.apply();
    else if (event.code === "Escape" && this.isMoved(unit)) this.takeBack();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private move(side: Side, second: number): void {
    const { unit } = this;
    if (!unit) return;
    const edges = movedEdges(this.edges(unit), side, second, this.view);
    if (edges.startS === unit.start_s && edges.endS === unit.end_s) {
      this.pending.delete(unit.item_id);
    } else this.pending.set(unit.item_id, edges);
    this.events.moved("");
  }
}
