// One rater going through a list of units: where they are, what is drafted, what is saved.

import { draftOf, EMPTY, gapOf, judgementOf, sameDraft, type Draft, type Gap } from "./draft";
import { uuid7 } from "./ids";
import type { Rating, Unit } from "./model";
import type { Outbox } from "./outbox";

export type UnitState = "open" | "edited" | "saving" | "saved" | "failed";

export interface Evidence {
  n_plays: number;
  heard_share: number;
  heard_until_s: number;
  text_seen: boolean;
}

export type Outcome = { done: "gap"; gap: Gap } | { done: "unchanged" } | { done: "sent" };

const PACE_BEFORE_KNOWN_S = 6;
const PACE_KEPT = 20;

export class Sitting {
  index = 0;
  private readonly drafts = new Map<string, Draft>();
  private readonly positions = new Map<string, number>();
  private readonly history: string[] = [];
  private readonly paces: number[] = [];
  private readonly sent = new Map<string, Draft>();
  private nPresented: number;
  private shownAt = 0;

  constructor(
    readonly units: Unit[],
    private readonly saved: Record<string, Rating>,
    private readonly steps: number,
    private readonly now: () => number = Date.now,
  ) {
    const first = units.findIndex((unit) => !(unit.item_id in saved));
    this.nPresented = units.filter((unit) => unit.item_id in saved).length;
    if (units.length > 0) this.goTo(Math.max(0, first));
  }

  get unit(): Unit {
    return this.units[this.index] as Unit;
  }

  get draft(): Draft {
    return this.drafts.get(this.unit.item_id) ?? this.storedDraft(this.unit.item_id);
  }

  set draft(draft: Draft) {
    const id = this.unit.item_id;
    if (sameDraft(draft, this.storedDraft(id))) this.drafts.delete(id);
    else this.drafts.set(id, draft);
  }

  goTo(index: number): void {
    this.index = Math.max(0, Math.min(this.units.length - 1, index));
    this.shownAt = this.now();
    const id = this.unit.item_id;
    if (!this.positions.has(id)) {
      const known = this.saved[id]?.position;
      this.positions.set(id, known ?? this.nPresented++);
    }
  }

  /** Go to the next unit that has no rating; false if all have one. */
  goToNextOpen(outbox: Outbox): boolean {
    const n = this.units.length;
    for (let step = 1; step <= n; step++) {
      const index = (this.index + step) % n;
      if (!this.isRated(this.units[index] as Unit, outbox)) {
        this.goTo(index);
        return true;
      }
    }
    return false;
  }

  /** Hand the draft to the outbox, unless something is missing or nothing has changed. */
  commit(evidence: Evidence, outbox: Outbox): Outcome {
    const { unit, draft } = this;
    const id = unit.item_id;
    const underway = outbox.of(id);
    if (!this.drafts.has(id)) {
      if (underway?.state === "failed") outbox.retry();
      if (underway || id in this.saved) return { done: "unchanged" };
    }
    const gap = gapOf(draft);
    if (gap) return { done: "gap", gap };
    const now = this.now();
    this.sent.set(id, draft);
    this.drafts.delete(id);
    outbox.put({
      ...judgementOf(draft, this.steps),
      ...evidence,
      rating_id: uuid7(now),
      item_id: id,
      utterance_id: unit.utterance_id,
      position: this.positions.get(id) ?? 0,
      elapsed_ms: Math.round(now - this.shownAt),
      created_at: new Date(now).toISOString(),
      supersedes: null,
    });
    this.history.push(id);
    this.paces.push((now - this.shownAt) / 1000);
    if (this.paces.length > PACE_KEPT) this.paces.shift();
    return { done: "sent" };
  }

  /** Note that a rating is in the database. */
  keep(rating: Rating): void {
    this.saved[rating.item_id] = rating;
    if (sameDraft(this.sent.get(rating.item_id) ?? EMPTY, this.savedDraft(rating))) {
      this.sent.delete(rating.item_id);
    }
  }

  /** Put new units in the place of old ones; what was drafted goes with the first of them. */
  replace(retired: readonly string[], units: readonly Unit[]): void {
    const here = this.unit.item_id;
    const first = this.units.findIndex(({ item_id }) => retired.includes(item_id));
    if (first < 0) return;
    const draft = retired.map((id) => this.drafts.get(id)).find((one) => one !== undefined);
    const kept = this.units.filter(({ item_id }) => !retired.includes(item_id));
    kept.splice(first, 0, ...units);
    this.units.splice(0, this.units.length, ...kept);
    for (const id of retired) this.drafts.delete(id);
    if (draft && units[0]) this.drafts.set(units[0].item_id, draft);
    const index = kept.findIndex(({ item_id }) => item_id === here);
    this.goTo(index < 0 ? first : index);
  }

  /** Go back to the unit that was rated last, then to the one before; false at the beginning. */
  undo(): boolean {
    const id = this.history.pop();
    const index = this.units.findIndex((unit) => unit.item_id === id);
    if (index < 0) return false;
    this.goTo(index);
    return true;
  }

  savedId(itemId: string): string | null {
    return this.saved[itemId]?.rating_id ?? null;
  }

  state(unit: Unit, outbox: Outbox): UnitState {
    const id = unit.item_id;
    const underway = outbox.of(id);
    if (underway) return underway.state === "failed" ? "failed" : "saving";
    if (this.drafts.has(id)) return "edited";
    return id in this.saved ? "saved" : "open";
  }

  isRated(unit: Unit, outbox: Outbox): boolean {
    return unit.item_id in this.saved || outbox.of(unit.item_id) !== null;
  }

  nLeft(outbox: Outbox): number {
    return this.units.filter((unit) => !this.isRated(unit, outbox)).length;
  }

  /** Minutes left at the rater's own pace; before it is known, at twice the length and 6 s each. */
  minutesLeft(outbox: Outbox): number {
    const open = this.units.filter((unit) => !this.isRated(unit, outbox));
    if (this.paces.length >= 3) {
      const sorted = [...this.paces].sort((a, b) => a - b);
      return ((sorted[Math.floor(sorted.length / 2)] as number) * open.length) / 60;
    }
    const seconds = open.reduce(
      (sum, unit) => sum + 2 * (unit.end_s - unit.start_s) + PACE_BEFORE_KNOWN_S,
      0,
    );
    return seconds / 60;
  }

  private storedDraft(id: string): Draft {
    const sent = this.sent.get(id);
    if (sent) return sent;
    const rating = this.saved[id];
    return rating ? this.savedDraft(rating) : EMPTY;
  }

  private savedDraft(rating: Rating): Draft {
    return draftOf(rating, this.steps);
  }
}
