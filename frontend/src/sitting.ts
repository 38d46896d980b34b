// One rater going through a list of items: where they are, what is drafted, what is saved.

import { draftOf, EMPTY, gapOf, judgementOf, sameDraft, type Draft, type Gap } from "./draft";
import { joined, type Evidence } from "./evidence";
import { uuid7 } from "./ids";
import { DISTRESSING, type Mark, type Rating, type Unit } from "./model";
import type { Outbox, Parcel } from "./outbox";

export type { Evidence };

export type UnitState = "open" | "skipped" | "edited" | "saving" | "saved" | "failed";

/** An unfinished rating as it is kept, with the time that was spent on it. */
export interface KeptDraft {
  item_id: string;
  draft: Draft;
  spent_ms: number;
  /** What of it was heard before the page was closed. */
  heard: Evidence | null;
}

export type Outcome =
  | { done: "gap"; gap: Gap }
  | { done: "unheard"; share: number }
  | { done: "unchanged" }
  | { done: "sent" };

const PACE_BEFORE_KNOWN_S = 6;
const PACE_KEPT = 20;
const HEARD_ENOUGH = 0.9;
const WITHOUT_SOUND = "text";

export class Sitting {
  index = 0;
  private list: Unit[];
  private readonly places = new Map<string, number>();
  private readonly calls = new Map<string, number[]>();
  private readonly drafts = new Map<string, Draft>();
  private readonly positions = new Map<string, number>();
  private readonly history: string[];
  private readonly paces: number[] = [];
  private readonly sent = new Map<string, Draft>();
  private readonly spent = new Map<string, number>();
  private readonly heard = new Map<string, Evidence>();
  private readonly askedBack = new Set<string>();
  private readonly away = new Set<string>();
  /** Items that are still to be rated, and the seconds that they last. */
  private readonly toDo = new Set<string>();
  private toDoS = 0;
  private nPresented: number;
  private shownAt: number;
  private awaySince: number;

  constructor(
    units: readonly Unit[],
    private readonly saved: Record<string, Rating>,
    private readonly steps: number,
    private readonly now: () => number = Date.now,
    private readonly marks: Record<string, Mark> = {},
    private readonly sessionId: string | null = null,
  ) {
    this.list = [...units];
    this.shownAt = this.awaySince = now();
    this.reindex();
    const rated = this.list.filter((unit) => unit.item_id in saved);
    this.nPresented = rated.length;
    this.history = rated
      .map(({ item_id }) => item_id)
      .sort((a, b) => (saved[a]?.position ?? 0) - (saved[b]?.position ?? 0));
    for (const unit of this.list) this.count(unit, unit.item_id in saved);
    const first = this.list.findIndex((unit) => this.toDo.has(unit.item_id));
    if (this.list.length > 0) this.goTo(Math.max(0, first));
  }

  get units(): readonly Unit[] {
    return this.list;
  }

  get unit(): Unit {
    return this.list[this.index] as Unit;
  }

  /** Places of the items of a call. */
  ofCall(callId: string): readonly number[] {
    return this.calls.get(callId) ?? [];
  }

  /** Place of an item in the list; -1 where it is not. */
  placeOf(itemId: string): number {
    return this.places.get(itemId) ?? -1;
  }

  get draft(): Draft {
    return this.drafts.get(this.unit.item_id) ?? this.storedDraft(this.unit.item_id);
  }

  set draft(draft: Draft) {
    const id = this.unit.item_id;
    if (sameDraft(draft, this.storedDraft(id))) this.drafts.delete(id);
    else this.drafts.set(id, draft);
  }

  /** The unfinished rating of an item, to be kept; null where there is none. */
  unfinished(itemId: string, evidenceOf: (unit: Unit) => Evidence): KeptDraft | null {
    const draft = this.drafts.get(itemId);
    const unit = this.list[this.placeOf(itemId)];
    if (!draft || !unit) return null;
    const heard = joined(this.heard.get(itemId), evidenceOf(unit));
    return { item_id: itemId, draft, spent_ms: this.spentOn(itemId), heard };
  }

  /** Take up what an earlier page left unfinished or unsent. */
  adopt(drafts: readonly KeptDraft[], parcels: readonly Parcel[]): void {
    for (const { item_id, rating, mark } of parcels) {
      if (!this.places.has(item_id)) continue;
      if (rating) this.sent.set(item_id, this.draftFrom(rating));
      if (mark) this.marks[item_id] = mark;
    }
    for (const { item_id, draft, spent_ms, heard } of drafts) {
      // A draft of an earlier version may lack what has been added since.
      const whole = { ...EMPTY, ...draft };
      if (!this.places.has(item_id) || sameDraft(whole, this.storedDraft(item_id))) continue;
      this.drafts.set(item_id, whole);
      this.spent.set(item_id, spent_ms);
      if (heard) this.heard.set(item_id, heard);
    }
  }

  goTo(index: number): void {
    if (this.unit) this.spent.set(this.unit.item_id, this.spentOn(this.unit.item_id));
    this.index = Math.max(0, Math.min(this.list.length - 1, index));
    this.shownAt = this.awaySince = this.now();
    const id = this.unit.item_id;
    if (!this.positions.has(id)) {
      const known = this.saved[id]?.position;
      this.positions.set(id, known ?? this.nPresented++);
    }
  }

  /** Go to the next item that has no rating, then to those skipped; false if there is none. */
  goToNextOpen(): boolean {
    const index = this.nextOpen;
    if (index !== null) this.goTo(index);
    return index !== null;
  }

  /** What will probably be rated next, to have its audio here in time. */
  get upNext(): Unit | null {
    return this.list[this.nextOpen ?? this.index + 1] ?? null;
  }

  private get nextOpen(): number | null {
    const n = this.list.length;
    let skipped: number | null = null;
    for (let step = 1; step <= n && this.toDo.size > 0; step++) {
      const index = (this.index + step) % n;
      const id = (this.list[index] as Unit).item_id;
      if (!this.toDo.has(id)) continue;
      if (this.marks[id]?.state !== "skipped") return index;
      skipped ??= index;
    }
    return skipped;
  }

  /** Hand the draft to the outbox, unless something is missing or nothing has changed. */
  commit(heardNow: Evidence, outbox: Outbox): Outcome {
    const { unit, draft } = this;
    const id = unit.item_id;
    const evidence = joined(this.heard.get(id), heardNow);
    const underway = outbox.of(id);
    if (!this.drafts.has(id)) {
      if (underway && underway.state !== "waiting") outbox.retry();
      if (underway ? !underway.rating.retracted : id in this.saved) return { done: "unchanged" };
    }
    const gap = gapOf(draft);
    if (gap) return { done: "gap", gap };
    const judgement = judgementOf(draft, this.steps);
    const unheard = evidence.heard_share < HEARD_ENOUGH && unit.pass !== WITHOUT_SOUND;
    if (unheard && judgement.verdict === "tagged" && !this.askedBack.has(id)) {
      this.askedBack.add(id);
      return { done: "unheard", share: evidence.heard_share };
    }
    const now = this.now();
    const spent = this.spentOn(id);
    this.sent.set(id, draft);
    this.drafts.delete(id);
    if (this.marks[id]?.state === "skipped") delete this.marks[id];
    outbox.put({
      ...judgement,
      ...evidence,
      ...this.headOf(unit, now),
      elapsed_ms: Math.round(spent),
    });
    this.spent.delete(id);
    this.shownAt = this.awaySince = now;
    this.history.push(id);
    this.paces.push(spent / 1000);
    if (this.paces.length > PACE_KEPT) this.paces.shift();
    return { done: "sent" };
  }

  /** Take the rating of this item back; false if there is none. */
  takeBack(outbox: Outbox): boolean {
    const { unit } = this;
    const id = unit.item_id;
    const stands = outbox.of(id)?.rating ?? this.saved[id];
    if (!stands || stands.retracted) return false;
    this.drafts.delete(id);
    this.sent.set(id, EMPTY);
    outbox.put({
      ...stands,
      ...this.headOf(unit, this.now()),
      tags: [],
      scores: [],
      shifts: [],
      note: null,
      other_words: null,
      retracted: true,
    });
    return true;
  }

  /** Note that a rating is in the database. */
  keep(rating: Rating): void {
    const id = rating.item_id;
    if (rating.retracted) delete this.saved[id];
    else this.saved[id] = rating;
    if (sameDraft(this.sent.get(id) ?? EMPTY, this.draftFrom(rating))) this.sent.delete(id);
  }

  /** Go back to the item that was rated last, then to the one before; false at the beginning. */
  undo(): boolean {
    for (;;) {
      const id = this.history.pop();
      if (id === undefined) return false;
      const index = this.placeOf(id);
      if (index < 0) continue;
      this.goTo(index);
      return true;
    }
  }

  mark(itemId: string): Mark | null {
    const mark = this.marks[itemId];
    return mark && mark.state !== "open" ? mark : null;
  }

  /** Say that an item is skipped, flagged, or neither any more. */
  setMark(itemId: string, state: Mark["state"], text: string | null, outbox: Outbox): void {
    const mark = { item_id: itemId, state, text };
    this.hearMark(mark);
    outbox.putMark(mark);
  }

  /** Another widget of the same rater marked an item. */
  hearMark(mark: Mark): void {
    this.marks[mark.item_id] = mark;
  }

  /** What was heard in an item, in a few words of the taxonomy's own; empty without a rating. */
  heardIn(itemId: string): string {
    const draft = this.storedDraft(itemId);
    return draft.verdict ?? [...Object.keys(draft.tags), draft.other ?? ""].filter(Boolean).join(", ");
  }

  savedId(itemId: string): string | null {
    return this.saved[itemId]?.rating_id ?? null;
  }

  state(unit: Unit, outbox: Outbox): UnitState {
    const id = unit.item_id;
    const underway = outbox.of(id);
    if (underway && underway.state !== "waiting") return "failed";
    if (underway) return "saving";
    if (this.drafts.has(id)) return "edited";
    if (id in this.saved) return "saved";
    return this.marks[id]?.state === "skipped" ? "skipped" : "open";
  }

  isRated(unit: Unit, outbox: Outbox): boolean {
    const underway = outbox.of(unit.item_id);
    return underway ? !underway.rating.retracted : unit.item_id in this.saved;
  }

  /** Count anew whether items are still to be rated: one, or all. */
  recount(itemId: string | null, outbox: Outbox): void {
    if (itemId === null) {
      for (const unit of this.list) this.count(unit, this.isRated(unit, outbox));
      return;
    }
    const unit = this.list[this.placeOf(itemId)];
    if (unit) this.count(unit, this.isRated(unit, outbox));
  }

  get nLeft(): number {
    return this.toDo.size;
  }

  /** Minutes left at the rater's own pace; before it is known, at twice the length and 6 s each. */
  get minutesLeft(): number {
    const open = this.toDo.size;
    if (this.paces.length >= 3) {
      const sorted = [...this.paces].sort((a, b) => a - b);
      return ((sorted[Math.floor(sorted.length / 2)] as number) * open) / 60;
    }
    return (2 * this.toDoS + PACE_BEFORE_KNOWN_S * open) / 60;
  }

  /** Stop the clock of this item: the page is hidden, a rest is taken, a card is open. */
  pause(why: string): void {
    if (this.away.size === 0) this.awaySince = this.now();
    this.away.add(why);
  }

  resume(why: string): void {
    if (!this.away.delete(why) || this.away.size > 0) return;
    this.shownAt += this.now() - this.awaySince;
  }

  /** Put corrected items in the place of others; what was drafted goes with the first of them. */
  replace(retired: readonly string[], units: readonly Unit[]): void {
    const gone = new Set(retired);
    const here = this.unit.item_id;
    const first = this.list.findIndex(({ item_id }) => gone.has(item_id));
    if (first < 0) return;
    const draft = retired.map((id) => this.drafts.get(id)).find((one) => one !== undefined);
    const kept = this.list.filter(({ item_id }) => !gone.has(item_id));
    for (const unit of this.list) if (gone.has(unit.item_id)) this.count(unit, true);
    for (const id of gone) this.drafts.delete(id);
    kept.splice(first, 0, ...units);
    this.list = kept;
    this.reindex();
    for (const unit of units) this.count(unit, unit.item_id in this.saved);
    if (draft && units[0]) this.drafts.set(units[0].item_id, draft);
    const index = this.placeOf(here);
    this.goTo(index < 0 ? first : index);
  }

  private reindex(): void {
    this.places.clear();
    this.calls.clear();
    this.list.forEach(({ item_id, call_id }, index) => {
      this.places.set(item_id, index);
      const own = this.calls.get(call_id);
      if (own) own.push(index);
      else this.calls.set(call_id, [index]);
    });
  }

  private count(unit: Unit, rated: boolean): void {
    const id = unit.item_id;
    const mark = this.marks[id];
    const left = mark?.state === "skipped" && mark.text === DISTRESSING;
    const toDo = !rated && !left;
    if (toDo === this.toDo.has(id)) return;
    this.toDoS += (toDo ? 1 : -1) * (unit.end_s - unit.start_s);
    if (toDo) this.toDo.add(id);
    else this.toDo.delete(id);
  }

  private headOf(
    unit: Unit,
    now: number,
  ): Pick<
    Rating,
    "rating_id" | "item_id" | "utterance_id" | "position" | "created_at" | "supersedes" | "session_id"
  > {
    return {
      rating_id: uuid7(now),
      item_id: unit.item_id,
      utterance_id: unit.utterance_id,
      position: this.positions.get(unit.item_id) ?? 0,
      created_at: new Date(now).toISOString(),
      supersedes: null,
      session_id: this.sessionId,
    };
  }

  private spentOn(itemId: string): number {
    const before = this.spent.get(itemId) ?? 0;
    if (itemId !== this.unit?.item_id) return before;
    const until = this.away.size > 0 ? this.awaySince : this.now();
    return before + Math.max(0, until - this.shownAt);
  }

  private storedDraft(id: string): Draft {
    const sent = this.sent.get(id);
    if (sent) return sent;
    const rating = this.saved[id];
    return rating ? this.draftFrom(rating) : EMPTY;
  }

  private draftFrom(rating: Rating): Draft {
    return rating.retracted ? EMPTY : draftOf(rating, this.steps);
  }
}
