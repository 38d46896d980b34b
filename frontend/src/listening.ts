// Evidence of listening: what of a call was heard, and how often a unit was played.

export class Listening {
  private readonly intervals = new Map<string, [number, number][]>();
  private readonly plays = new Map<string, number>();

  played(itemId: string): void {
    this.plays.set(itemId, this.nPlays(itemId) + 1);
  }

  nPlays(itemId: string): number {
    return this.plays.get(itemId) ?? 0;
  }

  /** Note that these seconds of a call were heard; overlaps count once. */
  heard(callId: string, startS: number, endS: number): void {
    if (!(endS > startS)) return;
    const merged: [number, number][] = [];
    let [from, to] = [startS, endS];
    for (const [a, b] of this.intervals.get(callId) ?? []) {
      if (b < from || a > to) merged.push([a, b]);
      else [from, to] = [Math.min(a, from), Math.max(b, to)];
    }
    merged.push([from, to]);
    this.intervals.set(
      callId,
      merged.sort((x, y) => x[0] - y[0]),
    );
  }

  /** Share of an interval that was heard, 0..1. */
  share(callId: string, startS: number, endS: number): number {
    if (!(endS > startS)) return 0;
    let heard = 0;
    for (const [a, b] of this.intervals.get(callId) ?? []) {
      heard += Math.max(0, Math.min(b, endS) - Math.max(a, startS));
    }
    return Math.min(1, heard / (endS - startS));
  }

  /** Latest second of the call that was heard; 0 before anything was. */
  until(callId: string): number {
    return (this.intervals.get(callId) ?? []).reduce((latest, [, b]) => Math.max(latest, b), 0);
  }
}
