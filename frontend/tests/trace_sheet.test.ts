import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fill, valueAt, type TraceMessage } from "../src/trace";
import type { Draft, Drafts } from "../src/trace_drafts";
import { Sheet } from "../src/trace_sheet";
import { settle } from "./page";

let kept: Map<string, Draft>;
let sent: TraceMessage[];
let answers: (string | null | Error)[];

const drafts: Drafts = {
  get: async (key) => kept.get(key) ?? null,
  put: async (key, draft) => void kept.set(key, structuredClone(draft)),
  drop: async (key) => void kept.delete(key),
};

function sheet(): Sheet {
  return new Sheet("valence", "k", 10, drafts, {
    async send(trace) {
      sent.push(trace);
      const answer = answers.shift() ?? null;
      if (answer instanceof Error) throw answer;
      return answer;
    },
    changed() {},
  });
}

function trace(own: Sheet, value: number): void {
  own.begin();
  fill(own.grid, 1, 2, value);
  own.edited();
}

beforeEach(() => {
  vi.useFakeTimers();
  [kept, sent, answers] = [new Map(), [], []];
});
afterEach(() => vi.useRealTimers());

describe("a sheet", () => {
  it("is saved only after Python's answer, and then no draft is left", async () => {
    const own = sheet();
    await own.load(null);
    expect(own.state).toBe("empty");
    trace(own, 0.5);
    await settle();
    expect([own.state, kept.size]).toEqual(["edited", 1]);
    const saving = own.save();
    await settle();
    expect(await saving).toBe(true);
    expect([own.state, kept.size, sent.length]).toEqual(["saved", 0, 1]);
    expect(sent[0]?.supersedes).toBeNull();
    trace(own, 1);
    await own.save();
    expect(sent[1]?.supersedes).toBe(sent[0]?.trace_id);
    expect(sent[1]?.trace_id).not.toBe(sent[0]?.trace_id);
  });

  it("waits for a locked database and sends the same trace again", async () => {
    const own = sheet();
    await own.load(null);
    trace(own, 0.5);
    answers = [new Error("The database is locked."), new Error("The database is locked.")];
    const saving = own.save();
    await settle();
    expect([own.state, own.sentence]).toEqual(["waiting", "The database is locked."]);
    await vi.advanceTimersByTimeAsync(4000);
    expect(await saving).toBe(true);
    expect([own.state, own.sentence]).toEqual(["saved", ""]);
    expect(new Set(sent.map(({ trace_id }) => trace_id)).size).toBe(1);
    expect(sent).toHaveLength(3);
  });

  it("is tried at once when the rater asks while it waits", async () => {
    const own = sheet();
    await own.load(null);
    trace(own, 0.5);
    answers = [new Error("locked")];
    void own.save();
    await settle();
    void own.save();
    await settle();
    expect([own.state, sent.length]).toEqual(["saved", 2]);
  });

  it("says why it was refused, and does not send it over and over", async () => {
    const own = sheet();
    await own.load(null);
    trace(own, 0.5);
    answers = ["The times of a trace must rise."];
    expect(await own.save()).toBe(false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([own.state, own.sentence, sent.length]).toEqual([
      "refused",
      "The times of a trace must rise.",
      1,
    ]);
    expect(kept.size).toBe(1);
  });

  it("comes back after the page was lost, under the id it was sent with", async () => {
    const first = sheet();
    await first.load(null);
    trace(first, -0.5);
    first.lagS = 0.8;
    answers = [new Error("locked")];
    void first.save();
    await settle();
    first.close();
    const second = sheet();
    expect(await second.load(null)).toBe(true);
    expect([valueAt(second.grid, 1.5), second.lagS, second.state]).toEqual([-0.5, 0.8, "edited"]);
    await second.save();
    expect(sent[1]?.trace_id).toBe(sent[0]?.trace_id);
    const third = sheet();
    expect(await third.load(sent[1] ?? null)).toBe(false);
    expect([third.state, valueAt(third.grid, 1.5)]).toEqual(["saved", -0.5]);
  });

  it("forgets a draft that was committed though the answer was lost", async () => {
    const first = sheet();
    await first.load(null);
    trace(first, 1);
    answers = [new Error("gone")];
    void first.save();
    await settle();
    first.close();
    const second = sheet();
    expect(await second.load(sent[0] ?? null)).toBe(false);
    expect([second.state, kept.size]).toEqual(["saved", 0]);
  });

  it("keeps what was traced on while an older state was being saved", async () => {
    const own = sheet();
    await own.load(null);
    trace(own, 0.5);
    answers = [new Error("locked")];
    const saving = own.save();
    await settle();
    trace(own, 0.75);
    await vi.advanceTimersByTimeAsync(2000);
    await saving;
    expect([own.state, kept.size]).toEqual(["edited", 1]);
    expect(sent[1]?.runs[0]?.[1][0]).toBe(500);
    await own.save();
    expect([own.state, sent[2]?.supersedes]).toEqual(["saved", sent[1]?.trace_id]);
  });

  it("takes changes back, also beginning anew", async () => {
    const own = sheet();
    await own.load(null);
    trace(own, 0.5);
    trace(own, 1);
    own.clear();
    expect(own.empty).toBe(true);
    own.undo();
    expect(valueAt(own.grid, 1.5)).toBe(1);
    own.undo();
    expect(valueAt(own.grid, 1.5)).toBe(0.5);
    own.undo();
    expect([own.empty, own.undo()]).toEqual([true, false]);
  });
});
