// One sitting of a rater at the screen: how long, with which headphones, and when to rest.

import type { Keep } from "./keep";

/** What a rater chose at the start of a sitting, kept for the day. */
export interface Choices {
  day: string;
  headphones: boolean | null;
  heard: Record<string, string>;
  levelled: boolean;
  autoplay: boolean;
  language: string;
}

const KEY = "choices";
const LOOK_MS = 20_000;

/** The day where the rater is. */
export function today(now = new Date()): string {
  return `${now.getFullYear()}-${now.getMonth() + 1}-${now.getDate()}`;
}

/** What was chosen last; of today or not. */
export async function lastChoices(keep: Keep): Promise<Choices | null> {
  return (await keep.get<Choices>("sittings", KEY)) ?? null;
}

export function keepChoices(keep: Keep, choices: Choices): Promise<void> {
  return keep.put("sittings", KEY, choices);
}

export interface SessionEvents {
  /** The page is hidden, or seen again. */
  away(hidden: boolean): void;
  /** So many minutes at a stretch: time to propose a rest. */
  tired(minutes: number): void;
}

/** Watches how long a rater has been at it; time with the page hidden counts as rest. */
export class SessionWatch {
  private atItSince: number;
  private hiddenSince: number | null = null;
  private told = false;

  constructor(
    private readonly restAfterMs: number,
    private readonly events: SessionEvents,
    signal: AbortSignal,
    private readonly now: () => number = Date.now,
  ) {
    this.atItSince = now();
    const timer = setInterval(() => this.look(), Math.min(LOOK_MS, Math.max(50, restAfterMs / 4)));
    signal.addEventListener("abort", () => clearInterval(timer));
    document.addEventListener("visibilitychange", () => this.turned(document.hidden), { signal });
  }

  /** A rest was taken: the stretch begins anew. */
  rested(): void {
    this.atItSince = this.now();
    this.told = false;
  }

  turned(hidden: boolean): void {
    const now = this.now();
    if (hidden) this.hiddenSince = now;
    else if (this.hiddenSince !== null) {
      this.atItSince += now - this.hiddenSince;
      this.hiddenSince = null;
    }
    this.events.away(hidden);
  }

  look(): void {
    const stretch = this.now() - this.atItSince;
    if (this.told || this.hiddenSince !== null || stretch < this.restAfterMs) return;
    this.told = true;
    this.events.tired(stretch / 60_000);
  }
}
