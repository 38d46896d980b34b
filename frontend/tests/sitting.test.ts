import { beforeEach, describe, expect, it } from "vitest";
import { setNote, stepTag, toggleVerdict } from "../src/draft";
import type { Rating, Unit } from "../src/model";
import { Outbox } from "../src/outbox";
import { Sitting } from "../src/sitting";
import { rating, settle } from "./page";

const EVIDENCE = { n_plays: 2, heard_share: 0.9, heard_until_s: 12, text_seen: false };
const UNITS: Unit[] = ["a", "b", "c", "d"].map((utterance_id, i) => ({
  item_id: utterance_id,
  pass: "both",
  utterance_id,
  unit: "utterance",
  call_id: "7",
  channel: 0,
  role: "customer",
  start_s: 10 * i,
  end_s: 10 * i + 3,
}));

let saved: Record<string, Rating>;
let sent: Rating[];
let refuse: string | null;
let outbox: Outbox;
let now: number;
let sitting: Sitting;

function open(): void {
  sitting = new Sitting(UNITS, saved, 3, () => now);
  outbox = new Outbox({
    send: async (one) => {
      sent.push(one);
      if (refuse) throw new Error(refuse);
    },
    committed: (id) => sitting.savedId(id),
    saved: (one) => sitting.keep(one),
    changed: (id) => sitting.recount(id, outbox),
  });
}

function rate(tag: string): void {
  sitting.draft = stepTag(sitting.draft, tag, 3);
  sitting.commit(EVIDENCE, outbox);
}

beforeEach(() => {
  [saved, sent, refuse, now] = [{}, [], null, 1_000_000];
  open();
});

describe("a sitting", () => {
  it("goes on at the first unit without a rating", async () => {
    saved = { a: rating("a", { position: 0 }), b: rating("b", { position: 1 }) };
    open();
    expect(sitting.unit.utterance_id).toBe("c");
    sitting.draft = toggleVerdict(sitting.draft, "neutral");
    sitting.commit(EVIDENCE, outbox);
    await settle();
    expect(sent[0]?.position).toBe(2);
  });

  it("sends evidence, position and time with a rating, and no more than once", async () => {
    now += 4321;
    rate("relief");
    await settle();
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      ...EVIDENCE,
      utterance_id: "a",
      verdict: "tagged",
      position: 0,
      elapsed_ms: 4321,
      created_at: "1970-01-01T00:16:44.321Z",
      supersedes: null,
    });
    expect(sitting.commit(EVIDENCE, outbox)).toEqual({ done: "unchanged" });
    expect(sent).toHaveLength(1);
  });

  it("does not save what is not there", () => {
    expect(sitting.commit(EVIDENCE, outbox)).toEqual({ done: "gap", gap: "nothing" });
    expect(sitting.state(sitting.unit, outbox)).toBe("open");
  });

  it("keeps unsaved edits when jumping", () => {
    sitting.draft = setNote(stepTag(sitting.draft, "relief", 3), "hm");
    sitting.goTo(2);
    expect(sitting.draft.tags).toEqual({});
    expect(sitting.state(UNITS[0] as Unit, outbox)).toBe("edited");
    sitting.goTo(0);
    expect(sitting.draft).toMatchObject({ tags: { relief: 1 }, note: "hm" });
  });

  it("goes to the next open unit, around the end, until there is none", async () => {
    sitting.goTo(2);
    rate("relief");
    expect(sitting.goToNextOpen()).toBe(true);
    expect(sitting.index).toBe(3);
    for (const expected of [0, 1]) {
      rate("relief");
      sitting.goToNextOpen();
      expect(sitting.index).toBe(expected);
    }
    rate("relief");
    await settle();
    expect(sitting.goToNextOpen()).toBe(false);
    expect(sitting.nLeft).toBe(0);
  });

  it("undoes by going back; a change supersedes, looking does not", async () => {
    rate("relief");
    sitting.goToNextOpen();
    rate("frustration");
    sitting.goToNextOpen();
    await settle();
    expect(sitting.undo()).toBe(true);
    expect([sitting.unit.utterance_id, sitting.draft.tags]).toEqual(["b", { frustration: 1 }]);
    expect(sitting.undo()).toBe(true);
    expect(sitting.unit.utterance_id).toBe("a");
    expect(sitting.commit(EVIDENCE, outbox)).toEqual({ done: "unchanged" });
    const before = sent[0]?.rating_id;
    sitting.draft = stepTag(sitting.draft, "relief", 3);
    sitting.commit(EVIDENCE, outbox);
    await settle();
    expect(sent).toHaveLength(3);
    expect(sent[2]).toMatchObject({ utterance_id: "a", supersedes: before, position: 0 });
    expect(sent[2]?.rating_id).not.toBe(before);
    sitting.undo();
    expect(sitting.unit.utterance_id).toBe("a");
    expect(sitting.undo()).toBe(false);
  });

  it("estimates the time left, first from the lengths, then from the rater's pace", () => {
    expect(sitting.minutesLeft).toBeCloseTo((4 * (2 * 3 + 6)) / 60);
    for (let i = 0; i < 3; i++) {
      now += 30_000;
      rate("relief");
      sitting.goToNextOpen();
    }
    expect(sitting.minutesLeft).toBeCloseTo(0.5);
  });
});

describe("the outbox", () => {
  it("sends one at a time, in order", async () => {
    let finish: () => void = () => {};
    let underway = 0;
    const slow = new Outbox({
      send: async (one) => {
        sent.push(one);
        expect(++underway).toBe(1);
        await new Promise<void>((resolve) => (finish = resolve));
        underway -= 1;
      },
      committed: () => null,
      saved: () => {},
      changed: () => {},
    });
    slow.put(rating("a"));
    slow.put(rating("b"));
    await settle();
    expect([sent.length, slow.nWaiting]).toEqual([1, 2]);
    finish();
    await settle();
    expect(sent.map(({ utterance_id }) => utterance_id)).toEqual(["a", "b"]);
    finish();
    await settle();
    expect(slow.nWaiting).toBe(0);
  });

  it("keeps what failed with the reason, and sends it again under the same id", async () => {
    refuse = "The database is locked.";
    rate("relief");
    await settle();
    expect(outbox.failed.map(({ sentence }) => sentence)).toEqual(["The database is locked."]);
    expect(sitting.state(UNITS[0] as Unit, outbox)).toBe("failed");
    expect(saved).toEqual({});
    refuse = null;
    outbox.retry();
    await settle();
    expect(sent).toHaveLength(2);
    expect(sent[1]?.rating_id).toBe(sent[0]?.rating_id);
    expect(sitting.state(UNITS[0] as Unit, outbox)).toBe("saved");
  });

  it("believes a late answer", async () => {
    refuse = "Python does not answer.";
    rate("relief");
    await settle();
    outbox.settle(sent[0]?.rating_id ?? "");
    expect([outbox.failed, outbox.nWaiting]).toEqual([[], 0]);
  });

  it("retries a failed rating on Enter, and replaces it when it was edited", async () => {
    refuse = "no";
    rate("relief");
    await settle();
    expect(sitting.commit(EVIDENCE, outbox)).toEqual({ done: "unchanged" });
    await settle();
    expect(sent).toHaveLength(2);
    refuse = null;
    rate("frustration");
    await settle();
    expect(outbox.failed).toEqual([]);
    expect(sent[2]).toMatchObject({ supersedes: null });
    expect(saved["a"]?.tags.map(({ tag }) => tag)).toEqual(["relief", "frustration"]);
  });

  it("names what is superseded only once that is committed", async () => {
    rate("relief");
    sitting.draft = stepTag(sitting.draft, "frustration", 3);
    sitting.commit(EVIDENCE, outbox);
    await settle();
    expect(sent[1]?.supersedes).toBe(sent[0]?.rating_id);
    expect(sitting.draft.tags).toEqual({ relief: 1, frustration: 1 });
  });
});
