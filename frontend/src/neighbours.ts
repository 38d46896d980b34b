// Who spoke before, and what comes next.

import type { Unit } from "./model";

const LONGEST_S = 30;
const SLACK_S = 0.05;

export interface Spoken {
  role: string;
  start_s: number;
  end_s: number;
}

/** The turn before a moment, all its parts until somebody else spoke; null if there is none. */
export function turnBefore(
  spoken: readonly Spoken[],
  startS: number,
): { startS: number; endS: number } | null {
  const before = spoken
    .filter(({ start_s, end_s }) => start_s < startS - SLACK_S && end_s <= startS + 1)
    .sort((a, b) => a.start_s - b.start_s);
  const last = before.at(-1);
  if (!last) return null;
  let from = last.start_s;
  for (let i = before.length - 2; i >= 0; i--) {
    const one = before[i] as Spoken;
    if (one.role !== last.role) break;
    from = one.start_s;
  }
  return { startS: Math.max(from, last.end_s - LONGEST_S), endS: last.end_s };
}

/** The next utterance of the same channel in the same pass. */
export function nextOf(unit: Unit, units: readonly Unit[]): Unit | null {
  const same = units.filter(
    (other) =>
      other.item_id !== unit.item_id &&
      other.channel === unit.channel &&
      other.pass === unit.pass &&
      other.unit === unit.unit &&
      other.start_s >= unit.start_s &&
      other.utterance_id !== unit.utterance_id,
  );
  return same.reduce<Unit | null>(
    (first, other) => (first && first.start_s <= other.start_s ? first : other),
    null,
  );
}
