// A part of a call as it is seen, and how it is moved and zoomed.

import type { Unit } from "./model";

export interface View {
  startS: number;
  endS: number;
}

const MARGIN_S = 1;
const SHORTEST_S = 4;
/** Longer views are drawn from the overview's peaks; their samples need not be here. */
export const LONGEST_FROM_SAMPLES_S = 60;
const NARROWEST_S = 5;
const ROOMY_PX = 24;
const TIGHT_PX = 10;

/** What to show around a unit: a second on each side, and four seconds at least. */
export function viewOf(unit: Pick<Unit, "start_s" | "end_s">, durationS: number): View {
  const long = unit.end_s - unit.start_s > LONGEST_FROM_SAMPLES_S - 2 * MARGIN_S;
  const margin = long ? 0 : Math.max(MARGIN_S, (SHORTEST_S - (unit.end_s - unit.start_s)) / 2);
  const startS = Math.max(0, unit.start_s - margin);
  return { startS, endS: Math.max(startS + 0.5, Math.min(durationS, unit.end_s + margin)) };
}

/** The part of a call of this length around a moment. */
export function viewAround(second: number, lengthS: number, durationS: number): View {
  const length = Math.min(durationS, Math.max(Math.min(NARROWEST_S, durationS), lengthS));
  const startS = Math.max(0, Math.min(durationS - length, second - length / 2));
  return { startS, endS: startS + length };
}

/** Zoom so that one second stays where it is; a factor below 1 shows less. */
export function zoomed(view: View, factor: number, second: number, durationS: number): View {
  const length = view.endS - view.startS;
  const wanted = viewAround(0, length * factor, durationS);
  const now = wanted.endS - wanted.startS;
  const share = (second - view.startS) / length;
  return viewAround(second + (0.5 - share) * now, now, durationS);
}

/** How much of a call to show at first: all of it, unless its units would be too small to tell apart. */
export function firstLength(nUnits: number, width: number, durationS: number): number {
  if (width <= 0 || nUnits * TIGHT_PX <= width) return durationS;
  return (durationS * width) / (nUnits * ROOMY_PX);
}

export function isWhole(view: View, durationS: number): boolean {
  return view.endS - view.startS >= durationS - 1e-6;
}

/** Where a second lies in a view: 0 at its left, 1 at its right edge. */
export function shareOf(view: View, second: number): number {
  return (second - view.startS) / (view.endS - view.startS);
}
