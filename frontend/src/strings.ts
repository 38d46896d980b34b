// Every word on the screen, in one place, so that another language is another such object.

import type { Gap } from "./draft";
import type { UnitState } from "./sitting";

const ROLES: Record<string, string> = {
  customer: "customer",
  agent: "agent",
  other: "other",
  unknown: "unknown speaker",
};
const UNITS: Record<string, string> = { utterance: "Utterance", turn: "Turn", call: "Call" };
const COLUMNS: Record<string, string> = {
  call_id: "Call",
  started_at: "Started",
  agent_id: "Agent",
  customer_id: "Customer",
  duration_s: "Length",
  handle_s: "Handled",
  hold_s: "On hold",
  n_transfers: "Transfers",
  customer_culture: "Culture",
  has_audio: "Audio",
  roles: "Roles",
  qa_score: "QA score",
  csat: "CSAT",
  nps: "NPS",
};
const STATES: Record<UnitState, string> = {
  open: "not rated",
  edited: "not saved yet",
  saving: "saving",
  saved: "rated",
  failed: "could not be saved",
};

/** Seconds as 1:02 or 1:01:02, with tenths where asked. */
export function clock(seconds: number, tenths = false): string {
  const rounded = tenths ? Math.round(seconds * 10) / 10 : Math.round(seconds);
  const whole = Math.floor(rounded);
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const rest = two(whole % 60) + (tenths ? `.${Math.round((rounded - whole) * 10)}` : "");
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** A column's name as words: no unit, no underscores. */
function plainName(name: string): string {
  const text = name.replace(/_(s|ms|hz|st|db)$/, "").replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What went wrong, as a sentence. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function words(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

export const strings = {
  noAnswer:
    "Python does not answer. If the kernel was restarted, run the cell again; what was saved is safe.",
  role: (role: string) => ROLES[role] ?? role,
  everyone: "everyone",
  state: (state: UnitState) => STATES[state],

  // Labeler: header
  labeler: "Labeler",
  call: (id: string) => `Call ${id}`,
  place: (unit: string, number: number, of: number) =>
    `${UNITS[unit] ?? "Utterance"} ${number} of ${of}`,
  left: (minutes: number) =>
    minutes < 1 ? "less than a minute left" : `about ${Math.round(minutes)} min left`,
  allRated: "all rated",
  saved: "Saved",
  saving: (count: number) => (count > 1 ? `Saving ${count}` : "Saving"),
  waiting: "Waiting for the database",
  unsaved: "Not saved yet",
  notSaved: (count: number) => `${count} not saved`,
  nothingYet: "Nothing to save",
  keys: "Keys",
  focusHint: "Click here or press Tab to use the keys",
  noUnits: "No utterances yet: run ws.segment(), then open the Labeler again.",

  // Overview and stage
  overview: "Overview of the call",
  overviewValue: (place: string, role: string, from: string, to: string, state: string) =>
    `${place}, ${role}, ${from} to ${to}, ${state}`,
  waveform: (role: string, from: string, to: string) => `Waveform, ${role}, ${from} to ${to}`,
  listening: "Listening",
  play: "Play",
  stop: "Stop",
  replay: "From the start",
  context: "From 2 s before",
  solo: (role: string) => `Only ${role}`,
  auto: "Autoplay",
  previous: "Previous",
  next: "Next",
  loading: "Loading the audio",
  dialogue: "Dialogue",
  noWords: "No words in this call.",

  // Rating
  question: (role: string) =>
    role === "customer" || role === "agent"
      ? `How does the ${ROLES[role]} sound?`
      : "How does it sound?",
  tags: "Tags",
  strength: (step: number, of: number) => `strength ${step} of ${of}`,
  off: "off",
  primary: "main one",
  verdicts: "Or",
  neutral: "Neutral",
  unclear: "Unclear",
  unusable: "Unusable",
  other: "Other, in words",
  otherPlaceholder: "What you hear, in your own words",
  note: "Note",
  notePlaceholder: "Anything worth telling (Esc leaves the field)",
  definition: "Means",
  soundsLike: "Sounds like",
  notToBeConfused: "Not to be confused with",
  notSet: "not set",
  dimension: (name: string) => name.charAt(0).toUpperCase() + name.slice(1),
  step: (step: number, of: number) => `${step} of ${of}`,
  save: "Save and next",
  gap: {
    nothing: "Choose at least one tag, or say neutral (0), unclear (U) or unusable (X).",
    no_words: "Say in words what you hear, or press O to take “other” back.",
  } satisfies Record<Gap, string>,
  failedOne: (place: string, sentence: string) => `${place} could not be saved: ${sentence}`,
  failedMany: (count: number, sentence: string) =>
    `${count} ratings could not be saved. The last reason: ${sentence}`,
  retry: "Try again",
  nothingToUndo: "Nothing to undo: no rating was given in this sitting.",
  undone: (place: string) => `Back at ${place}. A change is saved as a new rating.`,
  done: "Everything in this list is rated. J and K go through it again.",
  said: {
    playing: "Playing",
    stopped: "Stopped",
    off: (tag: string) => `${tag} off`,
    on: (tag: string, step: number, of: number) => `${tag}, strength ${step} of ${of}`,
    primary: (tag: string) => `${tag} is the main one`,
    notPrimary: (tag: string) => `${tag} is no longer the main one`,
    noTag: "Touch a tag first; P makes it the main one.",
    score: (dimension: string, step: number, of: number) => `${dimension} ${step} of ${of}`,
    onOff: (what: string, on: boolean) => `${what} ${on ? "on" : "off"}`,
    notSet: (dimension: string) => `${dimension} not set`,
    saved: (left: number) => (left > 0 ? `Saved. ${left} left.` : "Saved. None left."),
  },

  // Key card
  card: "Keys",
  cardClose: "Close",
  cardKeys: {
    tags: "Tag, pressed again: stronger, then off",
    secondBank: "Tags 10 to 18",
    verdicts: "Neutral, unclear, unusable",
    other: "Other, in words",
    primary: "Make the tag touched last the main one",
    scores: (first: string, second: string) => `${first}, ${second}`,
    oneScore: (first: string) => first,
    note: "Note",
    leave: "Leave a text field",
    play: "Play, stop",
    replay: "From the start",
    context: "From 2 s before",
    solo: "Only this speaker, in both ears",
    auto: "Autoplay: the next one plays by itself",
    go: "Previous, next",
    save: "Save and go to the next",
    undo: "Back to the rating given last",
    card: "This card",
  },
  cardTags: "Tags",

  // Tracer
  tracer: {
    name: "Tracer",
    lane: (dimension: string) => `${dimension}, where it sounds now`,
    strip: "Place in the call",
    dimension: "What is traced",
    middle: "in the middle",
    gap: "nothing traced here",
    towards: (far: 0 | 1 | 2, words: string) =>
      `${["a little", "halfway", "far"][far]} towards ${words}`,
    traced: (traced: string, of: string) => `${traced} of ${of} traced`,
    trace: "Play and trace",
    tracing: "Tracing",
    redo: "Redo stretch",
    anew: "Start anew",
    anewTold: "The trace is empty again; Ctrl+Z brings it back.",
    save: "Save",
    lag: "Reaction lag",
    lagValue: (seconds: number) => `${seconds.toFixed(1)} s`,
    springs: "Stick springs back",
    hint: "move, Shift finer",
    hintEnds: "ends, middle",
    hintSeek: "5 s back, on",
    hintStretch: "stretch from, to",
    hintUndo: "undo",
    empty: "Nothing is traced yet. Press Space and follow the voice with the hand.",
    noStretch: "Drag across the whole call below the lane, or press I and O, to choose a stretch.",
    kept: "A trace that was not saved is back. Go on, save it, or start anew.",
    end: "End of the call. Listen again with the trace, redo a stretch, or save.",
    redone: "The stretch is done. Listen again, or save.",
    nothingToUndo: "Nothing to undo.",
    said: {
      tracing: (at: string) => `Tracing from ${at}`,
      replaying: (at: string) => `Playing from ${at}`,
      stopped: (at: string) => `Stopped at ${at}`,
      stretch: (from: string, to: string) => `Stretch from ${from} to ${to}`,
      noStretch: "No stretch",
      saved: "Saved",
      undone: "Undone",
    },
  },

  // Player
  player: "Player",
  noAudio: "This call has no audio.",

  // List of calls
  calls: "Calls",
  selected: "Selected",
  column: (name: string) => COLUMNS[name] ?? plainName(name),
  search: "Search",
  any: "any",
  yes: "yes",
  no: "no",
  unknown: "not known",
  shown: (shown: number, all: number, selected: number) =>
    (shown === all ? words(all, "call") : `${shown} of ${words(all, "call")}`) +
    (selected > 0 ? `, ${selected} selected` : ""),
  clear: "Clear filters",
  noCalls: "No calls yet: run ws.ingest(...).",
  noneMatch: "No call matches. Clear a filter to see more.",
  playCall: (id: string) => `Play call ${id}`,
  sortBy: (column: string) => `Sort by ${column}`,
};
