// Evidence of listening: what was heard while an item was shown, how often it was played, and how
// far into a call one has heard at all. A repeat of an utterance is an item of its own.

type Interval = [number, number];

export class Listening {
  private readonly intervals = new Map<string, Interval[]>();
  private readonly plays = new Map<string, number>();
  private readonly latest = new Map<string, number>();

  played(itemId: string): void {
    this.plays.set(itemId, this.nPlays(itemId) + 1);
  }

  nPlays(itemId: string): number {
    return this.plays.get(itemId) ?? 0;
  }

  /** Note that these seconds of a call were heard while an item was shown; overlaps count once. */
  heard(callId: string, itemId: string, startS: number, endS: number): void {
    if (!(endS > startS)) return;
    this.latest.set(callId, Math.max(this.until(callId), endS));
    const merged: Interval[] = [];
    let [from, to] = [startS, endS];
    for (const [a, b] of this.intervals.get(itemId) ?? []) {
      if (b < from || a > to) merged.push([a, b]);
      else [from, to] = [Math.min(a, from), Math.max(b, to)];
    }
    merged.push([from, to]);
    this.intervals.set(itemId, merged);
  }

  /** Share of an interval that was heard while an item was shown, 0..1. */
  share(itemId: string, startS: number, endS: number): number {
    if (!(endS > startS)) return 0;
    let heard = 0;
    for (const [a, b] of this.intervals.get(itemId) ?? []) {
      heard += Math.max(0, Math.min(b, endS) - Math.max(a, startS));
    }
    return Math.min(1, heard / (endS - startS));
  }

  /** Latest second of the call that was heard; 0 before anything was. */
  until(callId: string): number {
    return this.latest.get(callId) ?? 0;
  }
}
