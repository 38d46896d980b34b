// Ratings and marks on their way to the database: one at a time, in order, none forgotten. What
// is sent is put on the keep's shelf in the same breath, and leaves it when Python has committed it.

import { uuid7 } from "./ids";
import { ALONE, Keep, MemoryShelf } from "./keep";
import type { Mark, Rating } from "./model";
import { sentenceOf } from "./strings";
import { AskError } from "./wire";

export interface Parcel {
  /** The rating_id; a mark has an id of its own. */
  id: string;
  item_id: string;
  /** Place in the order of sending. */
  at: number;
  rating: Rating | null;
  mark: Mark | null;
  /** Failed: Python will never take it as it is. Later: the rater has put it aside. */
  state: "waiting" | "failed" | "later";
  /** Why it could not be saved, in Python's words. */
  sentence: string;
}

export type RatingParcel = Parcel & { rating: Rating };

export interface OutboxEvents {
  /** Resolves once Python says that the rating is committed. */
  send(rating: Rating): Promise<void>;
  sendMark?(mark: Mark): Promise<void>;
  /** The committed rating of an item, which a new one supersedes. */
  committed(itemId: string): string | null;
  saved(rating: Rating): void;
  /** Another widget of the same rater has saved a rating. */
  savedElsewhere?(rating: Rating): void;
  /** Another widget has marked an item. */
  markedElsewhere?(mark: Mark): void;
  /** Whether an item is in this list; what is not waits for a list that has it. */
  mine?(itemId: string): boolean;
  /** The parcels of an item have changed; all of them where none is named. */
  changed(itemId: string | null): void;
}

/** Why the outbox stands still, and since when it does. */
export interface Trouble {
  silent: boolean;
  sentence: string;
}

type Word =
  | { what: "put" | "failed"; parcel: Parcel }
  | { what: "gone"; id: string; rating: Rating | null };

const SLOW_MS = 3000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5000;
/** How long to leave what another widget has put to that widget. */
const PEER_MS = 2000;

export class Outbox {
  private parcels: Parcel[] = [];
  private readonly byItem = new Map<string, Parcel[]>();
  /** What this widget has just taken: no other widget sends it, so it need not wait for its turn. */
  private readonly fresh = new Set<string>();
  private sending = false;
  private nTries = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private peerTimer: ReturnType<typeof setTimeout> | undefined;
  private closed: (error: Error) => void = () => {};
  private readonly whenClosed = new Promise<never>((_, reject) => (this.closed = reject));
  private isClosed = false;
  private lastAt = 0;
  /** Whether the answer to what is being sent takes unusually long. */
  slow = false;
  /** Why nothing can be sent just now; null while all is well. */
  trouble: Trouble | null = null;

  constructor(
    private readonly events: OutboxEvents,
    private readonly keep: Keep = new Keep("", new MemoryShelf(), ALONE),
  ) {
    this.whenClosed.catch(() => {});
    this.keep.peers.hear((word) => this.heard(word as Word));
  }

  /** Take up what an earlier page or widget left; sends it. */
  async load(): Promise<readonly Parcel[]> {
    const left = await this.keep.list<Parcel>("outbox");
    for (const parcel of left.sort((a, b) => a.at - b.at)) {
      this.add({ ...parcel, state: "waiting", sentence: "" });
    }
    if (left.length > 0) this.events.changed(null);
    void this.run();
    return this.parcels;
  }

  /** Take a rating; one of the same item that failed is given up for it. */
  put(rating: Rating): void {
    this.forgetRefused(rating.item_id, Infinity);
    this.take(rating.rating_id, rating.item_id, { rating, mark: null });
  }

  /** Take a mark. */
  putMark(mark: Mark): void {
    this.take(uuid7(), mark.item_id, { rating: null, mark });
  }

  /** Send what failed again, under the same ids. */
  retry(): void {
    for (const parcel of this.parcels) parcel.state = "waiting";
    this.wake();
    this.events.changed(null);
  }

  /** Put what failed aside; it stays on the shelf and is tried again with the next widget. */
  later(): void {
    for (const parcel of this.failed) parcel.state = "later";
    this.events.changed(null);
  }

  /** Python said, late or to another view, that a rating is committed. */
  settle(ratingId: string): void {
    const parcel = this.parcels.find(({ id }) => id === ratingId);
    if (parcel && (parcel.state !== "waiting" || !this.sending)) this.remove(parcel);
  }

  /** The latest rating of an item that is not committed yet. */
  of(itemId: string): RatingParcel | null {
    const own = this.ofItem(itemId);
    return (own.findLast(({ rating }) => rating !== null) as RatingParcel | undefined) ?? null;
  }

  get failed(): readonly Parcel[] {
    return this.parcels.filter(({ state }) => state === "failed");
  }

  /** What could not be saved, also what was put aside. */
  get nRefused(): number {
    return this.parcels.filter(({ state }) => state !== "waiting").length;
  }

  get nWaiting(): number {
    return this.parcels.filter((parcel) => this.isDue(parcel)).length;
  }

  /** What waits for a list that is not this one. */
  get nElsewhere(): number {
    return this.parcels.filter(({ item_id }) => !this.isMine(item_id)).length;
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
    clearTimeout(this.peerTimer);
    this.closed(new Error("closed"));
  }

  private ofItem(itemId: string): readonly Parcel[] {
    return this.byItem.get(itemId) ?? [];
  }

  private isMine(itemId: string): boolean {
    return this.events.mine?.(itemId) ?? true;
  }

  private isDue(parcel: Parcel): boolean {
    return parcel.state === "waiting" && this.isMine(parcel.item_id);
  }

  private take(id: string, itemId: string, load: Pick<Parcel, "rating" | "mark">): void {
    this.lastAt = Math.max(this.lastAt + 1, Date.now() * 1000);
    const parcel: Parcel = {
      id,
      item_id: itemId,
      at: this.lastAt,
      ...load,
      state: "waiting",
      sentence: "",
    };
    this.add(parcel);
    this.fresh.add(id);
    void this.keep.put("outbox", id, parcel).then(() => {
      if (this.parcels.includes(parcel)) {
        this.keep.peers.say({ what: "put", parcel } satisfies Word);
      }
    });
    void this.run();
    this.events.changed(itemId);
  }

  private add(parcel: Parcel): void {
    if (this.parcels.some(({ id }) => id === parcel.id)) return;
    this.parcels.push(parcel);
    const own = this.byItem.get(parcel.item_id);
    if (own) own.push(parcel);
    else this.byItem.set(parcel.item_id, [parcel]);
  }

  private remove(parcel: Parcel): void {
    const without = (all: Parcel[]) => all.filter(({ id }) => id !== parcel.id);
    this.parcels = without(this.parcels);
    const own = without(this.byItem.get(parcel.item_id) ?? []);
    if (own.length > 0) this.byItem.set(parcel.item_id, own);
    else this.byItem.delete(parcel.item_id);
    void this.keep.drop("outbox", parcel.id);
  }

  /** The rater has judged the item again since: what was refused before is no longer meant. */
  private forgetRefused(itemId: string, before: number): void {
    for (const parcel of this.ofItem(itemId)) {
      if (!parcel.rating || parcel.state === "waiting" || parcel.at >= before) continue;
      this.remove(parcel);
      this.keep.peers.say({ what: "gone", id: parcel.id, rating: null } satisfies Word);
    }
  }

  /** Send all that is due; when that cannot be just now, try again later by itself. */
  private async run(): Promise<void> {
    if (this.sending || this.isClosed || this.timer !== undefined) return;
    this.sending = true;
    try {
      for (;;) {
        const parcel = this.parcels.find((one) => this.isDue(one));
        if (!parcel) break;
        const deliver = () => Promise.race([this.deliver(parcel), this.whenClosed]);
        const mine = this.fresh.delete(parcel.id);
        const going = mine ? deliver() : this.keep.peers.turn(deliver);
        // Nobody has to be waited for, but the others wait for us.
        if (mine) void this.keep.peers.turn(() => going).catch(() => {});
        const sent = await Promise.race([going, this.whenClosed]);
        if (!sent) {
          this.wait(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.nTries++));
          break;
        }
        this.nTries = 0;
        this.trouble = null;
        this.events.changed(parcel.item_id);
      }
    } catch {
      return; // closed
    } finally {
      this.sending = false;
    }
  }

  private wait(ms: number): void {
    this.timer = setTimeout(() => this.wake(), ms);
  }

  private wake(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    void this.run();
  }

  /** Send one; false if it has to be tried again later. */
  private async deliver(parcel: Parcel): Promise<boolean> {
    // Another widget may have been quicker while this one waited for its turn. Should its word
    // come late, the rating is sent twice and counts once.
    if (this.isClosed || !this.parcels.includes(parcel)) return true;
    const timer = setTimeout(() => {
      this.slow = true;
      this.events.changed(parcel.item_id);
    }, SLOW_MS);
    try {
      const rating = await this.send(parcel);
      if (this.isClosed) return true;
      this.remove(parcel);
      this.keep.peers.say({ what: "gone", id: parcel.id, rating } satisfies Word);
      if (rating) this.forgetRefused(parcel.item_id, parcel.at);
      if (rating) this.events.saved(rating);
    } catch (error) {
      if (error instanceof AskError && error.temporary) {
        this.trouble = { silent: error.silent, sentence: error.message };
        this.events.changed(parcel.item_id);
        return false;
      }
      parcel.state = "failed";
      parcel.sentence = sentenceOf(error);
      this.keep.peers.say({ what: "failed", parcel } satisfies Word);
    } finally {
      clearTimeout(timer);
      this.slow = false;
    }
    return true;
  }

  private async send({ rating, mark }: Parcel): Promise<Rating | null> {
    if (mark) await this.events.sendMark?.(mark);
    if (!rating) return null;
    const supersedes = this.events.committed(rating.item_id);
    if (rating.retracted && supersedes === null) return rating; // nothing stands
    const dated = { ...rating, supersedes };
    await this.events.send(dated);
    return dated;
  }

  private heard(word: Word): void {
    if (this.isClosed) return;
    const named = word.what === "gone" ? word.id : word.parcel.id;
    const known = this.parcels.find(({ id }) => id === named);
    if (word.what === "put" && !known) {
      this.add(word.parcel);
      this.lastAt = Math.max(this.lastAt, word.parcel.at);
      if (word.parcel.mark) this.events.markedElsewhere?.(word.parcel.mark);
      clearTimeout(this.peerTimer);
      this.peerTimer = setTimeout(() => void this.run(), PEER_MS);
      this.events.changed(word.parcel.item_id);
    } else if (word.what === "failed" && known) {
      known.state = "failed";
      known.sentence = word.parcel.sentence;
      this.events.changed(known.item_id);
    } else if (word.what === "gone") {
      if (known) this.remove(known);
      if (word.rating) this.events.savedElsewhere?.(word.rating);
      this.events.changed(known?.item_id ?? word.rating?.item_id ?? null);
    }
  }
}
