// What must outlive the page, with shelves and peers that the test holds in its hands.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { EMPTY, stepTag, toggleVerdict } from "../src/draft";
import { matching, type ItemRow } from "../src/item_list";
import { Keep, MemoryShelf, type Peers } from "../src/keep";
import { burstSamples } from "../src/level_check";
import { DISTRESSING, type Mark, type Rating, type Unit } from "../src/model";
import { Outbox } from "../src/outbox";
import { Sitting } from "../src/sitting";
import { AskError } from "../src/wire";
import { rating } from "./page";

const EVIDENCE = { n_plays: 1, heard_share: 1, heard_until_s: 3, text_seen: false };

/** A shelf that outlives what the test throws away. */
class TestShelf extends MemoryShelf {
  override readonly lasting = true as never;
}

/** Two widgets in one browser: they hear each other, and one at a time has the turn. */
class Room {
  private readonly ears = new Map<Peers, ((message: unknown) => void)[]>();
  private last: Promise<unknown> = Promise.resolve();

  join(): Peers {
    const peers: Peers = {
      say: (message) => {
        for (const [other, ears] of this.ears) {
          if (other !== peers) for (const ear of ears) queueMicrotask(() => ear(structuredClone(message)));
        }
      },
      hear: (listener) => void this.ears.get(peers)?.push(listener),
      turn: <T>(act: () => Promise<T>) => {
        const mine = this.last.then(act);
        this.last = mine.catch(() => {});
        return mine;
      },
      close: () => void this.ears.delete(peers),
    };
    this.ears.set(peers, []);
    return peers;
  }
}

let shelf: TestShelf;
let room: Room;
let sent: Rating[];
let answer: (one: Rating) => Promise<void>;

function outbox(changes: Partial<ConstructorParameters<typeof Outbox>[0]> = {}): Outbox {
  return new Outbox(
    {
      send: async (one) => {
        sent.push(one);
        await answer(one);
      },
      committed: () => null,
      saved: () => {},
      changed: () => {},
      ...changes,
    },
    new Keep("r01", shelf, room.join()),
  );
}

const ids = () => sent.map(({ item_id }) => item_id);
const busy = () => Promise.reject(new AskError("The database is locked.", true, false));
const wait = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  shelf = new TestShelf();
  room = new Room();
  sent = [];
  answer = async () => {};
});

afterEach(() => vi.useRealTimers());

describe("the outbox of a rater", () => {
  it("is on the shelf while anything is sent, and empty when it is acknowledged", async () => {
    let onShelf: unknown[] = [];
    answer = async () => void (onShelf = await shelf.list("outbox", "r01/"));
    const box = outbox();
    box.put(rating("a"));
    expect(ids()).toEqual(["a"]);
    await wait();
    expect(onShelf).toMatchObject([{ id: "rating of a" }]);
    expect(await shelf.list("outbox", "")).toEqual([]);
  });

  it("sends after a reload what an earlier page could not, in order, under the same ids", async () => {
    answer = busy;
    const before = outbox();
    for (const id of ["a", "b", "c"]) before.put(rating(id));
    await wait();
    expect(before.trouble).toEqual({ silent: false, sentence: "The database is locked." });
    expect(ids()).toEqual(["a"]);
    before.close();
    [sent, answer] = [[], async () => {}];
    const after = outbox();
    await after.load();
    await wait();
    expect(sent.map(({ rating_id }) => rating_id)).toEqual([
      "rating of a",
      "rating of b",
      "rating of c",
    ]);
    expect(after.nWaiting).toBe(0);
  });

  it("tries again by itself, ever more slowly, and goes on in order", async () => {
    answer = busy;
    const box = outbox();
    box.put(rating("a"));
    box.put(rating("b"));
    await wait(499);
    expect(ids()).toEqual(["a"]);
    await wait(1);
    expect(ids()).toEqual(["a", "a"]);
    await wait(999);
    expect(sent).toHaveLength(2);
    answer = async () => {};
    await wait(1);
    expect(ids()).toEqual(["a", "a", "a", "b"]);
    expect([box.nWaiting, box.trouble]).toEqual([0, null]);
  });

  it("lets the others pass what will never be taken, and keeps that", async () => {
    answer = async ({ item_id }) => {
      if (item_id === "a") throw new AskError("No such utterance.", false, false);
    };
    const box = outbox();
    box.put(rating("a"));
    box.put(rating("b"));
    await wait();
    expect(ids()).toEqual(["a", "b"]);
    expect(box.failed).toMatchObject([{ item_id: "a", sentence: "No such utterance." }]);
    box.later();
    expect([box.failed, box.nRefused]).toEqual([[], 1]);
    expect(await shelf.list("outbox", "")).toMatchObject([{ item_id: "a" }]);
    box.put(rating("a", { rating_id: "corrected" }));
    expect(box.nRefused).toBe(0);
  });

  it("forgets what was refused once the item is judged again", async () => {
    let go: () => void = () => {};
    answer = ({ rating_id }) =>
      rating_id === "first"
        ? Promise.reject(new AskError("No.", false, false))
        : new Promise((resolve) => (go = resolve));
    const box = outbox();
    box.put(rating("a", { rating_id: "first" }));
    box.put(rating("a", { rating_id: "second" }));
    await wait();
    expect(box.failed.map(({ id }) => id)).toEqual(["first"]);
    go();
    await wait();
    expect([box.nRefused, box.nWaiting, await shelf.list("outbox", "")]).toEqual([0, 0, []]);
  });

  it("leaves what belongs to another list to that list", async () => {
    const box = outbox({ mine: (id) => id !== "elsewhere" });
    await shelf.put("outbox", "r01/x", {
      id: "x",
      item_id: "elsewhere",
      at: 1,
      rating: rating("elsewhere"),
      mark: null,
      state: "waiting",
      sentence: "",
    });
    await box.load();
    box.put(rating("a"));
    await wait();
    expect([ids(), box.nElsewhere, box.nWaiting]).toEqual([["a"], 1, 0]);
  });

  it("has one of two widgets send a rating, and tells the other", async () => {
    const heard: Rating[] = [];
    const one = outbox();
    const other = outbox({ savedElsewhere: (saved) => heard.push(saved) });
    answer = () => new Promise((resolve) => setTimeout(resolve, 5000));
    one.put(rating("a"));
    await wait();
    expect(other.of("a")?.state).toBe("waiting");
    await wait(10_000);
    expect(ids()).toEqual(["a"]);
    expect(heard.map(({ item_id }) => item_id)).toEqual(["a"]);
    expect([one.nWaiting, other.nWaiting]).toEqual([0, 0]);
  });

  it("takes over from a widget that was closed while it waited", async () => {
    answer = busy;
    const one = outbox();
    const other = outbox();
    one.put(rating("a"));
    await wait();
    one.close();
    answer = async () => {};
    await wait(2000);
    expect(ids()).toEqual(["a", "a"]);
    expect(other.nWaiting).toBe(0);
  });
});

const UNITS: Unit[] = Array.from({ length: 6 }, (_, i) => ({
  item_id: `i${i}`,
  pass: "voice",
  utterance_id: `u${i}`,
  unit: "utterance",
  call_id: i < 3 ? "1" : "2",
  channel: 0,
  role: "customer",
  start_s: 10 * i,
  end_s: 10 * i + 2,
}));

describe("a sitting that outlives the page", () => {
  let saved: Record<string, Rating>;
  let marks: Record<string, Mark>;
  let now: number;
  let box: Outbox;
  let sitting: Sitting;

  const open = () => {
    sitting = new Sitting(UNITS, saved, 3, () => now, marks);
    box = new Outbox({
      send: async (one) => void sent.push(one),
      sendMark: async () => {},
      committed: (id) => sitting.savedId(id),
      saved: (one) => sitting.keep(one),
      changed: (id) => sitting.recount(id, box),
    });
  };
  const rate = (tag = "relief", heard = EVIDENCE) => {
    sitting.draft = stepTag(sitting.draft, tag, 3);
    return sitting.commit(heard, box);
  };

  beforeEach(() => {
    [saved, marks, now] = [{}, {}, 1_000_000];
    open();
  });

  it("offers an unfinished rating again, with the time that was spent on it", async () => {
    sitting.draft = stepTag(sitting.draft, "relief", 3);
    now += 3000;
    const kept = sitting.unfinished("i0", () => ({ ...EVIDENCE, n_plays: 2 }));
    expect(kept).toMatchObject({ draft: { tags: { relief: 1 } }, spent_ms: 3000 });
    open();
    sitting.adopt(kept ? [kept] : [], []);
    expect(sitting.state(sitting.unit, box)).toBe("edited");
    now += 500;
    sitting.commit({ n_plays: 1, heard_share: 0, heard_until_s: 0, text_seen: false }, box);
    await wait();
    expect(sent[0]).toMatchObject({ elapsed_ms: 3500, tags: [{ tag: "relief" }] });
    expect(sent[0]).toMatchObject({ n_plays: 3, heard_share: 1, heard_until_s: 3 });
    expect(sitting.unfinished("i0", () => EVIDENCE)).toBeNull();
  });

  it("knows a draft of an earlier version, which lacks what was added since", () => {
    const { note: _, ...older } = { ...EMPTY, verdict: "unclear" as const };
    sitting.adopt([{ item_id: "i0", draft: older as never, spent_ms: 0, heard: null }], []);
    expect(sitting.draft).toEqual({ ...EMPTY, verdict: "unclear" });
  });

  it("does not count time while the page is hidden or a rest is taken", async () => {
    now += 1000;
    sitting.pause("hidden");
    sitting.pause("rest");
    now += 60_000;
    sitting.resume("hidden");
    now += 60_000;
    sitting.resume("rest");
    now += 500;
    rate();
    await wait();
    expect(sent[0]?.elapsed_ms).toBe(1500);
  });

  it("asks a tag back once when under nine tenths were heard, then stores the true share", async () => {
    const little = { ...EVIDENCE, heard_share: 0.4 };
    expect(rate("relief", little)).toEqual({ done: "unheard", share: 0.4 });
    expect(sitting.commit(little, box)).toEqual({ done: "sent" });
    await wait();
    expect(sent[0]?.heard_share).toBe(0.4);
    sitting.goTo(1);
    sitting.draft = toggleVerdict(sitting.draft, "unclear");
    expect(sitting.commit(little, box)).toEqual({ done: "sent" });
  });

  it("brings what was skipped again at the end, and what was left behind not at all", () => {
    sitting.setMark("i0", "skipped", null, box);
    for (const id of ["i3", "i4", "i5"]) sitting.setMark(id, "skipped", DISTRESSING, box);
    expect(sitting.nLeft).toBe(3);
    expect(sitting.goToNextOpen()).toBe(true);
    expect(sitting.unit.item_id).toBe("i1");
    rate();
    sitting.goToNextOpen();
    rate();
    expect(sitting.goToNextOpen()).toBe(true);
    expect([sitting.unit.item_id, sitting.state(sitting.unit, box)]).toEqual(["i0", "skipped"]);
    rate();
    expect(sitting.mark("i0")).toBeNull();
    expect(sitting.goToNextOpen()).toBe(false);
  });

  it("takes a rating back by one that supersedes it, and the item is open again", async () => {
    rate();
    await wait();
    expect(sitting.nLeft).toBe(5);
    expect(sitting.takeBack(box)).toBe(true);
    expect(sitting.nLeft).toBe(6);
    expect(sitting.draft).toEqual(EMPTY);
    await wait();
    expect(sent[1]).toMatchObject({ retracted: true, tags: [], supersedes: sent[0]?.rating_id });
    expect([sitting.state(sitting.unit, box), sitting.takeBack(box)]).toEqual(["open", false]);
  });

  it("undoes what an earlier page saved, the last first", () => {
    saved = {
      i4: rating("u4", { item_id: "i4", position: 0 }),
      i1: rating("u1", { item_id: "i1", position: 1 }),
    };
    open();
    expect([sitting.undo(), sitting.unit.item_id]).toEqual([true, "i1"]);
    expect([sitting.undo(), sitting.unit.item_id]).toEqual([true, "i4"]);
    expect(sitting.undo()).toBe(false);
  });

  it("puts corrected items in the place of others", () => {
    sitting.goTo(2);
    const half = (n: number, start_s: number): Unit => ({
      ...(UNITS[1] as Unit),
      item_id: `half ${n}`,
      start_s,
      end_s: start_s + 1,
    });
    sitting.replace(["i1"], [half(1, 10), half(2, 11)]);
    expect(sitting.units.map(({ item_id }) => item_id).slice(0, 4)).toEqual([
      "i0",
      "half 1",
      "half 2",
      "i2",
    ]);
    expect([sitting.unit.item_id, sitting.nLeft]).toEqual(["i2", 7]);
    sitting.replace(["i2"], [half(3, 20)]);
    expect([sitting.unit.item_id, sitting.index]).toEqual(["half 3", 3]);
    expect(sitting.ofCall("1")).toEqual([0, 1, 2, 3]);
  });

  it("counts ten thousand items no more often than they change", () => {
    const many = Array.from({ length: 10_000 }, (_, i) => ({ ...(UNITS[0] as Unit), item_id: `${i}` }));
    sitting = new Sitting(many, {}, 3, () => now);
    const looked = vi.spyOn(box, "of");
    for (let i = 0; i < 100; i++) {
      now += 1000;
      rate();
      sitting.goToNextOpen();
      expect([sitting.nLeft, sitting.minutesLeft > 0]).toEqual([10_000 - i - 1, true]);
    }
    expect(looked.mock.calls.length).toBeLessThan(1000);
  });
});

describe("the list", () => {
  const row = (index: number, changes: Partial<ItemRow> = {}): ItemRow => ({
    index,
    callId: "0007",
    role: "customer",
    start_s: index,
    pass: "voice",
    state: "open",
    flag: null,
    heard: "",
    ...changes,
  });
  const rows = [
    row(0, { state: "saved", heard: "frustration" }),
    row(1, { flag: "hard to hear" }),
    row(2, { callId: "0008", state: "skipped" }),
    row(3, { state: "edited", pass: "both", role: "agent" }),
  ];
  const found = (filter: string, search = "") =>
    matching(rows, filter, search, "0007").map(({ index }) => index);

  it("filters by state, flag, call and pass, and finds words anywhere", () => {
    expect(found("all")).toEqual([0, 1, 2, 3]);
    expect(found("open")).toEqual([1, 3]);
    expect(found("saved")).toEqual([0]);
    expect(found("skipped")).toEqual([2]);
    expect(found("flagged")).toEqual([1]);
    expect(found("call")).toEqual([0, 1, 3]);
    expect(found("both")).toEqual([3]);
    expect(found("all", "FRUST")).toEqual([0]);
    expect(found("all", "hard 0007")).toEqual([1]);
    expect(found("open", "agent")).toEqual([3]);
    expect(found("all", "3")).toEqual([2]);
  });
});

describe("the level check", () => {
  it("is as loud as speech on the telephone, with soft ends", () => {
    let seed = 1;
    const samples = burstSamples(() => (seed = (seed * 16807) % 2147483647) / 2147483647);
    const middle = samples.slice(2000, -2000);
    const rms = Math.sqrt(middle.reduce((sum, x) => sum + x * x, 0) / middle.length);
    expect(20 * Math.log10(rms)).toBeCloseTo(-23, 0);
    for (const end of [samples[0], samples.at(-1)]) expect(end).toBeCloseTo(0, 3);
    expect(Math.max(...samples.map(Math.abs))).toBeLessThan(1);
  });
});
