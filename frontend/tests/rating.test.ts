import { describe, expect, it } from "vitest";
import {
  draftOf,
  EMPTY,
  gapOf,
  judgementOf,
  moveScore,
  sameDraft,
  scoreAt,
  setNote,
  setOther,
  setScore,
  stepTag,
  togglePrimary,
  toggleVerdict,
  verdictOf,
} from "../src/draft";
import { uuid7 } from "../src/ids";
import { tagsFor, unitsOf } from "../src/model";
import { TAXONOMY } from "./page";

const [valence, arousal] = TAXONOMY.dimensions as [
  (typeof TAXONOMY.dimensions)[0],
  (typeof TAXONOMY.dimensions)[0],
];

describe("a draft", () => {
  it("raises a tag's intensity with each press and takes it off after the last step", () => {
    let draft = EMPTY;
    const seen = [1, 2, 3, 4, 5].map(() => (draft = stepTag(draft, "relief", 3)).tags["relief"]);
    expect(seen).toEqual([1, 2, 3, undefined, 1]);
  });

  it("holds several tags, or one verdict, never both", () => {
    const tagged = stepTag(stepTag(EMPTY, "relief", 3), "frustration", 3);
    expect(Object.keys(tagged.tags)).toEqual(["relief", "frustration"]);
    const neutral = toggleVerdict(tagged, "neutral");
    expect([neutral.tags, neutral.verdict]).toEqual([{}, "neutral"]);
    expect(stepTag(neutral, "relief", 3).verdict).toBeNull();
    expect(toggleVerdict(neutral, "neutral").verdict).toBeNull();
    expect(setOther(toggleVerdict(EMPTY, "unclear"), "wistful").verdict).toBeNull();
  });

  it("keeps the primary tag only while that tag is on", () => {
    const draft = togglePrimary(stepTag(EMPTY, "relief", 1), "relief");
    expect(draft.primary).toBe("relief");
    expect(stepTag(draft, "relief", 1).primary).toBeNull();
    expect(togglePrimary(draft, "relief").primary).toBeNull();
    expect(togglePrimary(EMPTY, "relief")).toBe(EMPTY);
    const other = togglePrimary(setOther(EMPTY, "wistful"), "other");
    expect(setOther(other, null).primary).toBeNull();
  });

  it("moves a score from unset to beside the middle, and stays on the scale", () => {
    let draft = moveScore(EMPTY, valence, -1);
    expect(draft.scores["valence"]).toBe(-0.5);
    for (let i = 0; i < 9; i++) draft = moveScore(draft, valence, -1);
    expect(draft.scores["valence"]).toBe(-1);
    expect(moveScore(EMPTY, arousal, 1).scores["arousal"]).toBe(0.75);
    expect([0, 1, 2, 3, 4].map((step) => scoreAt(arousal, step))).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(setScore(draft, "valence", null).scores).toEqual({});
  });

  it("says what is missing before it can be saved", () => {
    expect(gapOf(EMPTY)).toBe("nothing");
    expect(gapOf(setScore(EMPTY, "valence", 1))).toBe("nothing");
    expect(gapOf(setOther(stepTag(EMPTY, "relief", 3), "  "))).toBe("no_words");
    expect(gapOf(setOther(EMPTY, "wistful"))).toBeNull();
    expect(gapOf(toggleVerdict(EMPTY, "unusable"))).toBeNull();
    expect(verdictOf(setOther(EMPTY, "wistful"))).toBe("tagged");
    expect(() => judgementOf(EMPTY, 3)).toThrow("without a verdict");
  });

  it("becomes what is stored, with null where nothing was said, and comes back", () => {
    let draft = stepTag(stepTag(EMPTY, "relief", 3), "relief", 3);
    draft = togglePrimary(setOther(draft, " wistful "), "relief");
    draft = setNote(setScore(draft, "valence", -0.5), "a\n<b>note</b>");
    const stored = judgementOf(draft, 3);
    expect(stored).toEqual({
      verdict: "tagged",
      tags: [
        { tag: "relief", intensity: 2 / 3, share: null, primary: true },
        { tag: "other", intensity: null, share: null, primary: false },
      ],
      scores: [{ dimension: "valence", value: -0.5 }],
      shifts: [],
      certainty: null,
      cues_named: null,
      note: "a\n<b>note</b>",
      other_words: "wistful",
    });
    expect(sameDraft(draftOf(stored, 3), draft)).toBe(true);
    expect(sameDraft(draftOf(stored, 3), setNote(draft, "other"))).toBe(false);
  });

  it("stores no scores of what cannot be used, and no empty words", () => {
    const draft = setNote(toggleVerdict(setScore(EMPTY, "valence", 1), "unusable"), "  ");
    expect(judgementOf(draft, 3)).toMatchObject({ scores: [], note: null, other_words: null });
  });
});

describe("tags of a role", () => {
  it("are those of the role and those of all, and everything where the role is unknown", () => {
    const names = (role: string) => tagsFor(TAXONOMY, role).map(({ tag }) => tag);
    expect(names("customer")).toEqual(["frustration", "relief", "surprise"]);
    expect(names("agent")).toEqual(["curt", "surprise"]);
    expect(names("unknown")).toHaveLength(4);
  });
});

describe("units", () => {
  it("come from lists by column, with gaps filled in", () => {
    const units = unitsOf({
      item_id: ["a"],
      pass: ["both"],
      utterance_id: ["a"],
      call_id: ["7"],
      channel: [null],
      start_s: [1],
      end_s: [2.5],
    });
    expect(units).toEqual([
      {
        item_id: "a",
        pass: "both",
        utterance_id: "a",
        unit: "utterance",
        call_id: "7",
        channel: null,
        role: "unknown",
        start_s: 1,
        end_s: 2.5,
      },
    ]);
  });
});

describe("uuid7", () => {
  it("is of version 7 and sorts by time", () => {
    const id = uuid7(0x0190_1234_5678);
    expect(id).toMatch(/^01901234-5678-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const ids = [1000, 2000, 2 ** 41].map((now) => uuid7(now));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(Array.from({ length: 1000 }, () => uuid7(5))).size).toBe(1000);
  });
});
