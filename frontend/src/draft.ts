// A rating while it is being made. Every function returns a new draft.

import type { Dimension, Rating, RatedTag, Verdict } from "./model";

export interface Draft {
  /** Intensity step (1..n) by tag, in the order of touching. */
  readonly tags: Readonly<Record<string, number>>;
  readonly primary: string | null;
  /** Null until something is chosen; tags have a verdict of their own. */
  readonly verdict: Exclude<Verdict, "tagged"> | null;
  /** The feeling in the rater's own words; null while it is off. */
  readonly other: string | null;
  readonly scores: Readonly<Record<string, number>>;
  readonly note: string;
}

export const OTHER = "other";
export const SCORE_STEPS = 5;

export const EMPTY: Draft = {
  tags: {},
  primary: null,
  verdict: null,
  other: null,
  scores: {},
  note: "",
};

/** The same key again raises the intensity; after the last step the tag is off. */
export function stepTag(draft: Draft, tag: string, steps: number): Draft {
  const step = (draft.tags[tag] ?? 0) + 1;
  return step > steps ? withoutTag(draft, tag) : setTag(draft, tag, step);
}

export function setTag(draft: Draft, tag: string, step: number): Draft {
  return { ...draft, verdict: null, tags: { ...draft.tags, [tag]: step } };
}

export function withoutTag(draft: Draft, tag: string): Draft {
  const { [tag]: _gone, ...tags } = draft.tags;
  return { ...draft, tags, primary: draft.primary === tag ? null : draft.primary };
}

/** Make a tag the primary one, or take that back. */
export function togglePrimary(draft: Draft, tag: string): Draft {
  const known = tag in draft.tags || (tag === OTHER && draft.other !== null);
  if (!known) return draft;
  return { ...draft, primary: draft.primary === tag ? null : tag };
}

/** A verdict stands alone: it takes the tags away. The same again takes it back. */
export function toggleVerdict(draft: Draft, verdict: Exclude<Verdict, "tagged">): Draft {
  if (draft.verdict === verdict) return { ...draft, verdict: null };
  return { ...draft, verdict, tags: {}, primary: null, other: null };
}

export function setOther(draft: Draft, words: string | null): Draft {
  const primary = words === null && draft.primary === OTHER ? null : draft.primary;
  return { ...draft, other: words, primary, verdict: words === null ? draft.verdict : null };
}

export function setScore(draft: Draft, dimension: string, value: number | null): Draft {
  const { [dimension]: _before, ...scores } = draft.scores;
  return { ...draft, scores: value === null ? scores : { ...scores, [dimension]: value } };
}

export function setNote(draft: Draft, note: string): Draft {
  return { ...draft, note };
}

/** Value of a step (0..n-1) on a dimension. */
export function scoreAt(dimension: Dimension, step: number): number {
  return dimension.low + ((dimension.high - dimension.low) * step) / (SCORE_STEPS - 1);
}

/** Step nearest to a value; null without one. */
export function stepOf(dimension: Dimension, value: number | undefined): number | null {
  if (value === undefined) return null;
  const share = (value - dimension.low) / (dimension.high - dimension.low);
  return Math.max(0, Math.min(SCORE_STEPS - 1, Math.round(share * (SCORE_STEPS - 1))));
}

/** Move a score by a step; from unset it starts beside the middle, in that direction. */
export function moveScore(draft: Draft, dimension: Dimension, by: 1 | -1): Draft {
  const now = stepOf(dimension, draft.scores[dimension.dimension]) ?? (SCORE_STEPS - 1) / 2;
  const step = Math.max(0, Math.min(SCORE_STEPS - 1, now + by));
  return setScore(draft, dimension.dimension, scoreAt(dimension, step));
}

export function verdictOf(draft: Draft): Verdict | null {
  if (draft.verdict) return draft.verdict;
  return Object.keys(draft.tags).length > 0 || draft.other !== null ? "tagged" : null;
}

export type Gap = "nothing" | "no_words";

/** What is missing before the draft can be saved; null if nothing is. */
export function gapOf(draft: Draft): Gap | null {
  if (draft.other !== null && draft.other.trim() === "") return "no_words";
  return verdictOf(draft) === null ? "nothing" : null;
}

export function isEmpty(draft: Draft): boolean {
  return sameDraft(draft, EMPTY);
}

export function sameDraft(a: Draft, b: Draft): boolean {
  return JSON.stringify(canonical(a)) === JSON.stringify(canonical(b));
}

function canonical(draft: Draft): unknown {
  const sorted = (record: Readonly<Record<string, number>>) =>
    Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    sorted(draft.tags),
    draft.primary,
    draft.verdict,
    draft.other?.trim() ?? null,
    sorted(draft.scores),
    draft.note.trim(),
  ];
}

export type Judgement = Pick<
  Rating,
  | "verdict"
  | "tags"
  | "scores"
  | "shifts"
  | "certainty"
  | "cues_named"
  | "note"
  | "other_words"
>;

/** The draft as it is stored. What cannot be used has no scores. */
export function judgementOf(draft: Draft, steps: number): Judgement {
  const verdict = verdictOf(draft);
  if (verdict === null) throw new Error("a draft without a verdict cannot be stored");
  const tags: RatedTag[] = Object.entries(draft.tags).map(([tag, step]) => ({
    tag,
    intensity: step / steps,
    share: null,
    primary: draft.primary === tag,
  }));
  if (draft.other !== null) {
    tags.push({ tag: OTHER, intensity: null, share: null, primary: draft.primary === OTHER });
  }
  const scores = verdict === "unusable" ? [] : Object.entries(draft.scores);
  return {
    verdict,
    tags,
    scores: scores.map(([dimension, value]) => ({ dimension, value })),
    shifts: [],
    certainty: null,
    cues_named: null,
    note: draft.note.trim() || null,
    other_words: draft.other?.trim() ?? null,
  };
}

/** A stored rating as a draft again, to look at or to correct. */
export function draftOf(judgement: Judgement, steps: number): Draft {
  const tags = judgement.tags.filter((tag) => tag.tag !== OTHER);
  const other = judgement.tags.some((tag) => tag.tag === OTHER);
  return {
    tags: Object.fromEntries(
      tags.map((tag) => [
        tag.tag,
        Math.max(1, Math.min(steps, Math.round((tag.intensity ?? 1) * steps))),
      ]),
    ),
    primary: judgement.tags.find((tag) => tag.primary)?.tag ?? null,
    verdict: judgement.verdict === "tagged" ? null : judgement.verdict,
    other: other ? (judgement.other_words ?? "") : null,
    scores: Object.fromEntries(judgement.scores.map((score) => [score.dimension, score.value])),
    note: judgement.note ?? "",
  };
}
