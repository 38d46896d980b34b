// The shapes of what Python hands over. Times are seconds from the start of the call.

export interface Tag {
  tag: string;
  roles: string[];
  definition: string;
  sounds_like: string;
  not_to_be_confused_with: string;
}

export interface Dimension {
  dimension: string;
  low: number;
  high: number;
  low_words: string;
  high_words: string;
  /** Five where the taxonomy does not say. */
  steps?: number;
}

export interface Taxonomy {
  taxonomy: string;
  version: string;
  intensity_steps: number;
  tags: Tag[];
  dimensions: Dimension[];
}

export type Pass = "text" | "masked_voice" | "voice" | "both";

/** One thing to rate. The same utterance may come twice: in another pass, or as a repeat. */
export interface Unit {
  item_id: string;
  pass: Pass;
  utterance_id: string;
  unit: string;
  call_id: string;
  /** Null for a unit over all channels. */
  channel: number | null;
  role: string;
  start_s: number;
  end_s: number;
}

export type Verdict = "tagged" | "neutral" | "unclear" | "unusable";

export interface RatedTag {
  tag: string;
  intensity: number | null;
  share: number | null;
  primary: boolean;
}

export interface Shift {
  at_s: number;
  from_tag: string | null;
  to_tag: string | null;
}

export const CUES = ["pitch", "pace", "pause", "volume", "words"] as const;

export type Cue = (typeof CUES)[number];

/** What leaves the browser; Python adds who, which taxonomy and which pass. */
export interface Rating {
  rating_id: string;
  item_id: string;
  utterance_id: string;
  verdict: Verdict;
  tags: RatedTag[];
  scores: { dimension: string; value: number }[];
  shifts: Shift[];
  /** How sure the rater is, 0..1. */
  certainty: number | null;
  /** What decided it: words of CUES, joined by spaces. */
  cues_named: string | null;
  note: string | null;
  other_words: string | null;
  n_plays: number;
  heard_share: number;
  heard_until_s: number;
  text_seen: boolean;
  position: number;
  elapsed_ms: number;
  created_at: string;
  supersedes: string | null;
  /** The sitting in which it was said, where Python knows of one. */
  session_id?: string | null;
  /** Takes the superseded rating back without a new judgement. */
  retracted?: boolean;
}

/** What was said of an item beside rating it. */
export interface Mark {
  item_id: string;
  state: "open" | "skipped" | "flagged";
  /** The rater's words; DISTRESSING where the rater left the call. */
  text: string | null;
}

export const DISTRESSING = "distressing";

export interface Lane {
  channel: number;
  role: string;
  /** Lowest and highest sample of each bin, -127..127. */
  peaks: Int8Array;
  /** What makes this channel as loud as others, where playing is levelled. */
  gain_db?: number | null;
}

export interface Line {
  role: string;
  start_s: number;
  end_s: number;
  text: string;
}

export interface Call {
  duration_s: number;
  lanes: Lane[];
  lines: Line[];
}

/** A table as lists by column. */
export type Columns = Record<string, (string | number | boolean | null)[]>;

export interface LabelerSetup {
  units: Columns;
  taxonomy: Taxonomy;
  /** What to say of a call beside its id, by call_id. */
  details: Record<string, string>;
  has_words: boolean;
  autoplay: boolean;
  /** Whether bounds can be moved, split and merged. */
  can_correct: boolean;
  language: string;
  /** Keys that taxonomy and settings ask for: strokes by the name of a command or tag. */
  keys: Record<string, string>;
  /** Whether spectrogram, F0 and level can be asked for. */
  has_pictures?: boolean;
  /** Under which name the browser keeps what is not saved yet. */
  keep_key: string;
  session_id: string | null;
  session_check: boolean;
  rest_after_min: number;
}

/** Whose tags are asked for; a unit over all channels has everybody's. */
export function roleOf(unit: Unit): string {
  return unit.channel === null ? "" : unit.role;
}

/** Turn a table of units that came as lists by column into rows. */
export function unitsOf(columns: Columns): Unit[] {
  const ids = columns["utterance_id"] ?? [];
  return ids.map((id, row) => {
    const value = (name: string) => columns[name]?.[row] ?? null;
    return {
      item_id: String(value("item_id")),
      pass: String(value("pass")) as Pass,
      utterance_id: String(id),
      unit: String(value("unit") ?? "utterance"),
      call_id: String(value("call_id")),
      channel: value("channel") as number | null,
      role: String(value("role") ?? "unknown"),
      start_s: Number(value("start_s")),
      end_s: Number(value("end_s")),
    };
  });
}

/** The tags that may be heard in a role; all of them where the role has none of its own. */
export function tagsFor(taxonomy: Taxonomy, role: string): Tag[] {
  const known = taxonomy.tags.some((tag) => tag.roles.includes(role));
  return known
    ? taxonomy.tags.filter((tag) => tag.roles.length === 0 || tag.roles.includes(role))
    : taxonomy.tags;
}

/** Marks by item, each with the item it is of. */
export function marksOf(marks: Record<string, Omit<Mark, "item_id">>): Record<string, Mark> {
  return Object.fromEntries(
    Object.entries(marks).map(([item_id, mark]) => [item_id, { ...mark, item_id }]),
  );
}
