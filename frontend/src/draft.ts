// A rating while it is being made. Every function returns a new draft.

import { evenShares, moveBoundary, moveShare, type Shares } from "./mixture";
import {
  CUES,
  type Cue,
  type Dimension,
  type RatedTag,
  type Rating,
  type Shift,
  type Verdict,
} from "./model";

export interface Draft {
  /** Intensity step (1..n) by tag, in the order of touching. */
  readonly tags: Readonly<Record<string, number>>;
  readonly primary: string | null;
  /** Percent by tag; null until the rater has moved it: equal shares are never invented. */
  readonly shares: Shares | null;
  /** Null until something is chosen; tags have a verdict of their own. */
  readonly verdict: Exclude<Verdict, "tagged"> | null;
  /** The feeling in the rater's own words; null while it is off. */
  readonly other: string | null;
  readonly scores: Readonly<Record<string, number>>;
  /** Where the feeling turns, in order of time. */
  readonly shifts: readonly Shift[];
  /** 0..1, null while not said. */
  readonly certainty: number | null;
  /** What decided it, in the order of CUES. */
  readonly cues: readonly Cue[];
  readonly note: string;
}

export const OTHER = "other";
export const SCORE_STEPS = 5;
export const CERTAINTY_STEPS = 4;
/** Marks of a turn nearer than this are one. */
const SAME_MOMENT_S = 0.05;

export const EMPTY: Draft = {
  tags: {},
  primary: null,
  shares: null,
  verdict: null,
  other: null,
  scores: {},
  shifts: [],
  certainty: null,
  cues: [],
  note: "",
};

/** The same key again raises the intensity; after the last step the tag is off. */
export function stepTag(draft: Draft, tag: string, steps: number): Draft {
  const step = (draft.tags[tag] ?? 0) + 1;
  return step > steps ? withoutTag(draft, tag) : setTag(draft, tag, step);
}

export function setTag(draft: Draft, tag: string, step: number): Draft {
  const shares = tag in draft.tags ? draft.shares : null;
  return { ...draft, verdict: null, shares, tags: { ...draft.tags, [tag]: step } };
}

export function withoutTag(draft: Draft, tag: string): Draft {
  const { [tag]: _gone, ...tags } = draft.tags;
  return forget({ ...draft, tags }, tag);
}

/** A tag that is off is neither the main one nor in a mixture nor in a turn. */
function forget(draft: Draft, tag: string): Draft {
  const unless = (name: string | null) => (name === tag ? null : name);
  const shifts = draft.shifts.map((shift) => ({
    ...shift,
    from_tag: unless(shift.from_tag),
    to_tag: unless(shift.to_tag),
  }));
  return { ...draft, shares: null, shifts, primary: unless(draft.primary) };
}

/** All that is heard, *other* among it. */
export function heardTags(draft: Draft): string[] {
  return [...Object.keys(draft.tags), ...(draft.other === null ? [] : [OTHER])];
}

/** Make a tag the primary one, or take that back. */
export function togglePrimary(draft: Draft, tag: string): Draft {
  if (!heardTags(draft).includes(tag)) return draft;
  return { ...draft, primary: draft.primary === tag ? null : tag };
}

/** A verdict stands alone: it takes the tags away. The same again takes it back. */
export function toggleVerdict(draft: Draft, verdict: Exclude<Verdict, "tagged">): Draft {
  if (draft.verdict === verdict) return { ...draft, verdict: null };
  return { ...draft, verdict, tags: {}, primary: null, shares: null, other: null, shifts: [] };
}

export function setOther(draft: Draft, words: string | null): Draft {
  if (words === null) return forget({ ...draft, other: null }, OTHER);
  const shares = draft.other === null ? null : draft.shares;
  return { ...draft, other: words, shares, verdict: null };
}

/** The mixture as it is, or as it would begin; null where there is nothing to mix. */
export function mixtureOf(draft: Draft): Shares | null {
  return draft.shares ?? evenShares(heardTags(draft));
}

/** Move a tag's share of the mixture, which sets it. */
export function shareMoved(draft: Draft, tag: string, by: number): Draft {
  const mixture = mixtureOf(draft);
  return mixture && tag in mixture ? { ...draft, shares: moveShare(mixture, tag, by) } : draft;
}

/** Move the boundary after a place in the mixture, which sets it. */
export function boundaryMoved(draft: Draft, place: number, by: number): Draft {
  const mixture = mixtureOf(draft);
  return mixture ? { ...draft, shares: moveBoundary(mixture, place, by) } : draft;
}

export function withoutMixture(draft: Draft): Draft {
  return { ...draft, shares: null };
}

/** Mark that the feeling turns at a moment; at a moment that is marked, take that back. */
export function toggleShift(draft: Draft, atS: number, from: string | null): Draft {
  const near = draft.shifts.find((shift) => Math.abs(shift.at_s - atS) < SAME_MOMENT_S);
  if (near) return withoutShift(draft, near.at_s);
  const before = draft.shifts.findLast((shift) => shift.at_s < atS);
  const added = { at_s: atS, from_tag: before?.to_tag ?? from, to_tag: null };
  const shifts = [...draft.shifts, added].sort((a, b) => a.at_s - b.at_s);
  return { ...draft, verdict: null, shifts };
}

export function withoutShift(draft: Draft, atS: number): Draft {
  return { ...draft, shifts: draft.shifts.filter((shift) => shift.at_s !== atS) };
}

/** Name what the feeling turns to; it does not turn from itself, but from what else is heard. */
export function turnsTo(draft: Draft, atS: number, to: string): Draft {
  const another = heardTags(draft).findLast((tag) => tag !== to) ?? null;
  const named = (shift: Shift): Shift => {
    if (shift.at_s !== atS) return shift;
    return { ...shift, from_tag: shift.from_tag === to ? another : shift.from_tag, to_tag: to };
  };
  return { ...draft, shifts: draft.shifts.map(named) };
}

/** Step of a certainty from 1; null without one. */
export function certaintyStep(certainty: number | null): number | null {
  return certainty === null ? null : Math.max(1, Math.round(certainty * CERTAINTY_STEPS));
}

export function setCertainty(draft: Draft, step: number | null): Draft {
  return { ...draft, certainty: step === null ? null : step / CERTAINTY_STEPS };
}

/** From unset it starts beside the middle; below the lowest it is unset again. */
export function moveCertainty(draft: Draft, by: 1 | -1): Draft {
  const step = certaintyStep(draft.certainty);
  const middle = CERTAINTY_STEPS / 2;
  if (step === null) return setCertainty(draft, by > 0 ? middle + 1 : middle);
  if (step + by < 1) return setCertainty(draft, null);
  return setCertainty(draft, Math.min(CERTAINTY_STEPS, step + by));
}

export function toggleCue(draft: Draft, cue: Cue): Draft {
  const on = draft.cues.includes(cue);
  const cues = CUES.filter((one) => (one === cue ? !on : draft.cues.includes(one)));
  return { ...draft, cues };
}

export function setScore(draft: Draft, dimension: string, value: number | null): Draft {
  const { [dimension]: _before, ...scores } = draft.scores;
  return { ...draft, scores: value === null ? scores : { ...scores, [dimension]: value } };
}

export function setNote(draft: Draft, note: string): Draft {
  return { ...draft, note };
}

/** How many steps a dimension has. */
export function stepsOf(dimension: Dimension): number {
  return dimension.steps ?? SCORE_STEPS;
}

/** Value of a step (0..n-1) on a dimension. */
export function scoreAt(dimension: Dimension, step: number): number {
  return dimension.low + ((dimension.high - dimension.low) * step) / (stepsOf(dimension) - 1);
}

/** Step nearest to a value; null without one. */
export function stepOf(dimension: Dimension, value: number | undefined): number | null {
  if (value === undefined) return null;
  const last = stepsOf(dimension) - 1;
  const share = (value - dimension.low) / (dimension.high - dimension.low);
  return Math.max(0, Math.min(last, Math.round(share * last)));
}

/** Move a score by a step; from unset it starts beside the middle, in that direction. */
export function moveScore(draft: Draft, dimension: Dimension, by: 1 | -1): Draft {
  const last = stepsOf(dimension) - 1;
  const middle = by > 0 ? Math.floor(last / 2) : Math.ceil(last / 2);
  const now = stepOf(dimension, draft.scores[dimension.dimension]) ?? middle;
  const step = Math.max(0, Math.min(last, now + by));
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
    draft.shares && sorted(draft.shares),
    draft.verdict,
    draft.other?.trim() ?? null,
    sorted(draft.scores),
    draft.shifts.map(({ at_s, from_tag, to_tag }) => [at_s, from_tag, to_tag]),
    draft.certainty,
    draft.cues,
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
    share: shareOf(draft, tag),
    primary: draft.primary === tag,
  }));
  if (draft.other !== null) {
    tags.push({
      tag: OTHER,
      intensity: null,
      share: shareOf(draft, OTHER),
      primary: draft.primary === OTHER,
    });
  }
  const scores = verdict === "unusable" ? [] : Object.entries(draft.scores);
  return {
    verdict,
    tags,
    scores: scores.map(([dimension, value]) => ({ dimension, value })),
    shifts: draft.shifts.map((shift) => ({ ...shift })),
    certainty: draft.certainty,
    cues_named: draft.cues.join(" ") || null,
    note: draft.note.trim() || null,
    other_words: draft.other?.trim() ?? null,
  };
}

function shareOf(draft: Draft, tag: string): number | null {
  const percent = draft.shares?.[tag];
  return percent === undefined ? null : percent / 100;
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
    shares: sharesOf(judgement.tags),
    verdict: judgement.verdict === "tagged" ? null : judgement.verdict,
    other: other ? (judgement.other_words ?? "") : null,
    scores: Object.fromEntries(judgement.scores.map((score) => [score.dimension, score.value])),
    shifts: judgement.shifts
      .map(({ at_s, from_tag, to_tag }) => ({ at_s, from_tag, to_tag }))
      .sort((a, b) => a.at_s - b.at_s),
    certainty: judgement.certainty,
    cues: CUES.filter((cue) => judgement.cues_named?.split(" ").includes(cue)),
    note: judgement.note ?? "",
  };
}

function sharesOf(tags: readonly RatedTag[]): Shares | null {
  const percent = ({ share }: RatedTag) => Math.round((share ?? 0) * 1e6) / 1e4;
  if (tags.length < 2 || tags.some(({ share }) => share === null)) return null;
  return Object.fromEntries(tags.map((tag) => [tag.tag, percent(tag)]));
}
