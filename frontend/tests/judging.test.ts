import { describe, expect, it } from "vitest";
import { cuesOf } from "../src/cues_named";
import {
  boundaryMoved,
  draftOf,
  EMPTY,
  judgementOf,
  mixtureOf,
  moveCertainty,
  moveScore,
  sameDraft,
  scoreAt,
  setOther,
  setTag,
  shareMoved,
  stepTag,
  toggleCue,
  toggleShift,
  toggleVerdict,
  turnsTo,
  withoutMixture,
  type Draft,
} from "../src/draft";
import { evenShares, moveBoundary, moveShare } from "../src/mixture";
import { matching } from "../src/tag_finder";
import { TAXONOMY } from "./page";

const tagged = (...tags: string[]): Draft =>
  tags.reduce((draft, tag) => setTag(draft, tag, 1), EMPTY);
const sum = (shares: object) => Object.values(shares).reduce((all, one) => all + one, 0);

describe("shares of a mixture", () => {
  it("begin as even as steps of five allow, and only where there is something to mix", () => {
    expect(evenShares(["a", "b"])).toEqual({ a: 50, b: 50 });
    expect(evenShares(["a", "b", "c"])).toEqual({ a: 35, b: 35, c: 30 });
    expect(sum(evenShares(["a", "b", "c", "d", "e", "f", "g"]) ?? {})).toBe(100);
    expect([evenShares(["a"]), evenShares([])]).toEqual([null, null]);
    const many = Array.from({ length: 21 }, (_, at) => `t${at}`);
    expect(evenShares(many)).toBeNull();
    expect(new Set(Object.values(evenShares(many.slice(1)) ?? {}))).toEqual(new Set([5]));
  });

  it("take from the others in proportion and always sum to 100", () => {
    expect(moveShare({ a: 50, b: 30, c: 20 }, "a", 10)).toEqual({ a: 60, b: 25, c: 15 });
    expect(moveShare({ a: 50, b: 50 }, "b", -10)).toEqual({ a: 60, b: 40 });
    expect(moveShare({ a: 90, b: 5, c: 5 }, "a", 10)).toEqual({ a: 90, b: 5, c: 5 });
    let shares = evenShares(["a", "b", "c", "d"]) ?? {};
    for (let at = 0; at < 200; at++) {
      shares = moveShare(shares, "abcd"[(at * 7) % 4] ?? "a", [10, -10, 5, -5, 100][at % 5] ?? 0);
      expect(sum(shares)).toBe(100);
      expect(Math.min(...Object.values(shares))).toBeGreaterThanOrEqual(5);
      expect(Object.values(shares).every((one) => one % 5 === 0)).toBe(true);
    }
    expect(Object.keys(shares)).toEqual(["a", "b", "c", "d"]);
  });

  it("come onto the steps from an import when they are moved", () => {
    expect(moveShare({ a: 33.3, b: 33.3, c: 33.4 }, "c", 10)).toEqual({ a: 30, b: 25, c: 45 });
  });

  it("move at a boundary between its neighbours only", () => {
    expect(moveBoundary({ a: 40, b: 40, c: 20 }, 0, 10)).toEqual({ a: 50, b: 30, c: 20 });
    expect(moveBoundary({ a: 40, b: 40, c: 20 }, 1, 100)).toEqual({ a: 40, b: 55, c: 5 });
    expect(moveBoundary({ a: 40, b: 60 }, 0, -100)).toEqual({ a: 5, b: 95 });
  });

  it("are null until the rater moves them, other among them, and null again after a change", () => {
    let draft = setOther(tagged("relief"), "wistful");
    expect(mixtureOf(draft)).toEqual({ relief: 50, other: 50 });
    expect(judgementOf(draft, 3).tags.map(({ share }) => share)).toEqual([null, null]);
    draft = shareMoved(draft, "other", 10);
    expect(judgementOf(draft, 3).tags.map(({ share }) => share)).toEqual([0.4, 0.6]);
    expect(setOther(draft, "wistful, rather").shares).toEqual({ relief: 40, other: 60 });
    expect(stepTag(draft, "relief", 3).shares).not.toBeNull();
    for (const changed of [
      setTag(draft, "frustration", 1),
      setOther(draft, null),
      stepTag(stepTag(stepTag(draft, "relief", 3), "relief", 3), "relief", 3),
      toggleVerdict(draft, "neutral"),
      withoutMixture(draft),
    ]) {
      expect(changed.shares).toBeNull();
    }
    expect(shareMoved(tagged("relief"), "relief", 10).shares).toBeNull();
    expect(boundaryMoved(tagged("a", "b"), 0, 5).shares).toEqual({ a: 55, b: 45 });
  });
});

describe("turns", () => {
  it("go from what was heard before to what is touched next", () => {
    let draft = toggleShift(tagged("frustration"), 3.2, "frustration");
    expect(draft.shifts).toEqual([{ at_s: 3.2, from_tag: "frustration", to_tag: null }]);
    draft = turnsTo(setTag(draft, "relief", 1), 3.2, "relief");
    draft = toggleShift(draft, 5, "relief");
    expect(turnsTo(draft, 5, "neutral").shifts.map(({ from_tag, to_tag }) => [from_tag, to_tag])).toEqual([
      ["frustration", "relief"],
      ["relief", "neutral"],
    ]);
    expect(toggleShift(draft, 3.23, null).shifts.map(({ at_s }) => at_s)).toEqual([5]);
  });

  it("never go from a tag to itself", () => {
    const two = toggleShift(tagged("frustration", "relief"), 1, "relief");
    expect(turnsTo(two, 1, "relief").shifts[0]).toMatchObject({ from_tag: "frustration" });
    const one = toggleShift(tagged("relief"), 1, "relief");
    expect(turnsTo(one, 1, "relief").shifts[0]).toMatchObject({ from_tag: null });
  });

  it("forget a tag that is taken off, and go with a verdict", () => {
    let draft = toggleShift(tagged("frustration", "relief"), 1, "frustration");
    draft = turnsTo(draft, 1, "relief");
    expect(stepTag(draft, "frustration", 1).shifts).toEqual([
      { at_s: 1, from_tag: null, to_tag: "relief" },
    ]);
    expect(toggleVerdict(draft, "unclear").shifts).toEqual([]);
  });
});

describe("certainty, cues and steps", () => {
  it("certainty begins beside the middle and goes off below the lowest", () => {
    expect(moveCertainty(EMPTY, 1).certainty).toBe(0.75);
    let draft = moveCertainty(EMPTY, -1);
    expect(draft.certainty).toBe(0.5);
    draft = moveCertainty(draft, -1);
    expect(draft.certainty).toBe(0.25);
    expect(moveCertainty(draft, -1).certainty).toBeNull();
    for (let at = 0; at < 9; at++) draft = moveCertainty(draft, 1);
    expect(draft.certainty).toBe(1);
  });

  it("cues keep one order, and a pass has those that can be known in it", () => {
    const draft = toggleCue(toggleCue(tagged("relief"), "words"), "pitch");
    expect(judgementOf(draft, 3).cues_named).toBe("pitch words");
    expect(judgementOf(toggleCue(tagged("relief"), "pace"), 3).cues_named).toBe("pace");
    expect(toggleCue(toggleCue(EMPTY, "pace"), "pace").cues).toEqual([]);
    expect(cuesOf("masked_voice")).toEqual(["pitch", "pace", "pause", "volume"]);
    expect(cuesOf("voice")).toContain("words");
    expect(cuesOf("text")).toEqual([]);
  });

  it("a dimension has as many steps as the taxonomy says", () => {
    const [valence] = TAXONOMY.dimensions as [(typeof TAXONOMY.dimensions)[0]];
    const nine = { ...valence, steps: 9 };
    expect(moveScore(EMPTY, nine, 1).scores["valence"]).toBe(0.25);
    const four = { ...valence, steps: 4 };
    expect(moveScore(EMPTY, four, 1).scores["valence"]).toBeCloseTo(1 / 3);
    expect(moveScore(EMPTY, four, -1).scores["valence"]).toBeCloseTo(-1 / 3);
    expect(scoreAt(four, 3)).toBe(1);
  });
});

it("all of it comes back from what is stored, and is compared", () => {
  let draft = boundaryMoved(setOther(tagged("frustration", "relief"), "wistful"), 0, 20);
  draft = turnsTo(toggleShift(draft, 2.25, "frustration"), 2.25, "other");
  draft = toggleCue(moveCertainty(draft, 1), "pause");
  const back = draftOf(judgementOf(draft, 3), 3);
  expect(sameDraft(back, draft)).toBe(true);
  for (const other of [
    withoutMixture(draft),
    shareMoved(draft, "relief", 5),
    toggleShift(draft, 2.25, null),
    turnsTo(draft, 2.25, "relief"),
    moveCertainty(draft, 1),
    toggleCue(draft, "pitch"),
  ]) {
    expect(sameDraft(draft, other)).toBe(false);
  }
});

it("tags are found by their beginning before their middle, whatever accents and case", () => {
  const names = ["despair", "air_of_pride", "pair", "Aïr"];
  expect(matching(names, "air")).toEqual(["Aïr", "air_of_pride", "despair", "pair"]);
  expect(matching(names, "of pr")).toEqual(["air_of_pride"]);
  expect(matching(names, "x")).toEqual([]);
  expect(matching(names, "  ")).toEqual(names);
});
