// Ratings on their way to the database: one at a time, in order, none forgotten.

import type { Rating } from "./model";
import { sentenceOf } from "./strings";

export interface Parcel {
  rating: Rating;
  state: "waiting" | "failed";
  /** Why it could not be saved, in Python's words. */
  sentence: string;
}

export interface OutboxEvents {
  /** Resolves once Python says that the rating is committed. */
  send(rating: Rating): Promise<void>;
  /** The committed rating of an item, which a new one supersedes. */
  committed(itemId: string): string | null;
  saved(rating: Rating): void;
  changed(): void;
}

const SLOW_MS = 3000;

export class Outbox {
  private parcels: Parcel[] = [];
  private sending = false;
  /** Whether the answer to what is being sent takes unusually long. */
  slow = false;

  constructor(private readonly events: OutboxEvents) {}

  /** Take a rating; one of the same item that failed is given up for it. */
  put(rating: Rating): void {
    this.parcels = this.parcels.filter(
      (parcel) =>
        parcel.state !== "failed" || parcel.rating.item_id !== rating.item_id,
    );
    this.parcels.push({ rating, state: "waiting", sentence: "" });
    this.events.changed();
    void this.run();
  }

  /** Send what failed again, under the same ids. */
  retry(): void {
    for (const parcel of this.parcels) parcel.state = "waiting";
    this.events.changed();
    void this.run();
  }

  /** Python said, late or to another view, that a rating is committed. */
  settle(ratingId: string): void {
    this.parcels = this.parcels.filter(
      (parcel) => parcel.state !== "failed" || parcel.rating.rating_id !== ratingId,
    );
  }

  /** The latest rating of an item that is not committed yet. */
  of(itemId: string): Parcel | null {
    return this.parcels.findLast(({ rating }) => rating.item_id === itemId) ?? null;
  }

  get failed(): readonly Parcel[] {
    return this.parcels.filter((parcel) => parcel.state === "failed");
  }

  get nWaiting(): number {
    return this.parcels.length - this.failed.length;
  }

  private async run(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    for (;;) {
      const parcel = this.parcels.find(({ state }) => state === "waiting");
      if (!parcel) break;
      const supersedes = this.events.committed(parcel.rating.item_id);
      const rating = { ...parcel.rating, supersedes };
      const timer = setTimeout(() => {
        this.slow = true;
        this.events.changed();
      }, SLOW_MS);
      try {
        await this.events.send(rating);
        this.parcels = this.parcels.filter((other) => other !== parcel);
        this.events.saved(rating);
      } catch (error) {
        parcel.state = "failed";
        parcel.sentence = sentenceOf(error);
      }
      clearTimeout(timer);
      this.slow = false;
      this.events.changed();
    }
    this.sending = false;
  }
}
