// A trace: where the hand was at each twenty-fifth of a second of the call.
// Seconds are those of the hand; the feeling that moved it lies the reaction lag earlier.

export const RATE_HZ = 25;
export const LONGEST_LAG_S = 5;
/** Longer than this without a look at the hand, and it is not known where it was. */
export const LONGEST_STEP_S = 1;
const SCALE = 1000;

/** One value a grid point, NaN where nothing was traced. */
export type Grid = Float32Array;

export interface Stretch {
  start_s: number;
  end_s: number;
}

/** Runs of points without a gap: number of the first point, values in thousandths. */
export type Run = [first: number, values: number[]];

/** What goes to Python and comes back. */
export interface TraceMessage {
  trace_id: string;
  dimension: string;
  supersedes: string | null;
  created_at: string;
  lag_s: number;
  rate_hz: number;
  runs: Run[];
}

export function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}

export function emptyGrid(durationS: number): Grid {
  return new Float32Array(Math.floor(durationS * RATE_HZ + 1e-6) + 1).fill(NaN);
}

/** Number of the first grid point that is not before a second. */
function pointAt(second: number): number {
  return Math.ceil(second * RATE_HZ - 1e-6);
}

/** Hold a value from one second until just before another; within a stretch where there is one. */
export function fill(
  grid: Grid,
  fromS: number,
  untilS: number,
  value: number,
  within: Stretch | null = null,
): void {
  const from = Math.max(fromS, within?.start_s ?? 0);
  const until = Math.min(untilS, within?.end_s ?? Infinity);
  if (until > from) grid.fill(value, Math.max(0, pointAt(from)), pointAt(until));
}

/** The value at a second; null in a gap. */
export function valueAt(grid: Grid, second: number): number | null {
  const value = grid[Math.floor(second * RATE_HZ + 1e-6)];
  return value === undefined || Number.isNaN(value) ? null : value;
}

/** How many seconds of the call were traced. */
export function tracedS(grid: Grid): number {
  let count = 0;
  for (const value of grid) if (!Number.isNaN(value)) count += 1;
  return Math.min(count, grid.length - 1) / RATE_HZ;
}

/** Second at which the trace ends; 0 where nothing was traced. */
export function traceEndS(grid: Grid): number {
  return (grid.findLastIndex((value) => !Number.isNaN(value)) + 1) / RATE_HZ;
}

/** First and last point of every run without a gap, up to but without `until`. */
export function spansOf(grid: Grid, from = 0, until = grid.length): [number, number][] {
  const spans: [number, number][] = [];
  let start = -1;
  for (let i = Math.max(0, from); i <= Math.min(until, grid.length); i++) {
    const here = i < Math.min(until, grid.length) && !Number.isNaN(grid[i]);
    if (here && start < 0) start = i;
    if (!here && start >= 0) {
      spans.push([start, i - 1]);
      start = -1;
    }
  }
  return spans;
}

/** Runs to be sent; points that the lag would put before the call are left out. */
export function runsOf(grid: Grid, lagS: number): Run[] {
  return spansOf(grid, pointAt(lagS)).map(([first, last]) => [
    first,
    Array.from(grid.subarray(first, last + 1), (value) => Math.round(value * SCALE)),
  ]);
}

/** The grid that runs stand for. */
export function gridOf(runs: readonly Run[], durationS: number): Grid {
  const grid = emptyGrid(durationS);
  for (const [first, values] of runs) {
    values.forEach((value, i) => {
      if (first + i < grid.length) grid[first + i] = value / SCALE;
    });
  }
  return grid;
}

/** The stretch of the hand that answers to a stretch of the call. */
export function lagged(stretch: Stretch, lagS: number, durationS: number): Stretch {
  return {
    start_s: Math.min(stretch.start_s + lagS, durationS),
    end_s: Math.min(stretch.end_s + lagS, durationS),
  };
}

interface Step {
  ms: number;
  value: number;
}

/**
 * One go of tracing: from pressing play to stopping. The hand is told by the page's clock
 * (milliseconds), the call by the audio clock; what the hand did between two looks at the audio
 * clock is laid between the two seconds that sounded then. When sound waits, so does the trace.
 */
export class Take {
  private steps: Step[] = [];
  private value: number;
  private ms: number;

  constructor(
    private readonly grid: Grid,
    start: Step,
    /** Second of the call that sounded last. */
    public atS: number,
    private readonly within: Stretch | null = null,
  ) {
    ({ value: this.value, ms: this.ms } = start);
  }

  /** The hand came to a value; times may not run backwards. */
  moved(ms: number, value: number): void {
    const last = this.steps.at(-1)?.ms ?? this.ms;
    this.steps.push({ ms: Math.max(ms, last), value });
  }

  /** At a moment of the page's clock this second of the call sounds. */
  sounds(ms: number, second: number): void {
    const { ms: fromMs, atS: fromS } = this;
    const spanMs = ms - fromMs;
    const known = second - fromS <= LONGEST_STEP_S;
    const later: Step[] = [];
    let at = fromS;
    for (const step of this.steps) {
      if (step.ms > ms) {
        later.push(step);
        continue;
      }
      const share = spanMs > 0 ? Math.max(0, (step.ms - fromMs) / spanMs) : 1;
      const to = fromS + share * (second - fromS);
      if (known) fill(this.grid, at, to, this.value, this.within);
      [at, this.value] = [to, step.value];
    }
    if (known) fill(this.grid, at, second, this.value, this.within);
    this.steps = later;
    this.ms = Math.max(ms, fromMs);
    this.atS = Math.max(second, fromS);
  }
}
