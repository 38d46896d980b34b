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

  // Player
  player: "Player",
  noAudio: "This call has no audio.",
  rowsToHear: (count: number) => `${words(count, "row")} to hear, one after the other`,
  rowsLeftOut: (count: number) => `${words(count, "more row")} left out: choose fewer to hear them.`,

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

  // Recorder
  seconds: (seconds: number) => `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`,
  recorder: {
    name: "Recorder",
    exampleOf: "An example of",
    chooseTag: "Choose a tag",
    noteFor: (id: string) => `A voice note for call ${id}`,
    stays: "What you record stays in the workspace's folder. Nothing is sent anywhere.",
    record: "Record",
    again: "Record again",
    opening: "Opening the microphone",
    waiting: "Fetching the recording",
    level: "Level of the microphone",
    time: (now: string, longest: string) => `${now} of ${longest} at most`,
    trim: "What is kept of the recording",
    edges: { start_s: "Start of what is kept", end_s: "End of what is kept" },
    yourVoice: "your recording",
    kept: (seconds: string, of: string) => `${seconds} of ${of} kept`,
    listenFor: "What to listen for",
    noteWords: "What it is about",
    save: "Save",
    savedExample: (tag: string, seconds: string) => `Saved: ${seconds} as an example of ${tag}.`,
    savedNote: (id: string, seconds: string) => `Saved: ${seconds} with call ${id}.`,
    said: {
      recording: "Recording. Speak now.",
      recorded: (seconds: string) =>
        `${seconds} recorded. Trim it with the two handles, play it, then save it.`,
      longest: "That is as long as a recording can be, so it was stopped.",
      quiet: "Nothing is heard yet. Is the microphone muted?",
    },
    ready: {
      prompt: "The browser will ask whether this page may use the microphone: allow it.",
      refused:
        "This page may not use the microphone. Allow it in the browser (the sign beside the address), then press Record.",
      no_device: "No microphone was found. Plug one in, or choose one in the system's settings, then press Record.",
      insecure:
        "A browser opens the microphone only for pages from this machine or over https. Open the notebook at http://localhost, or ask for https.",
      unsupported: "This browser cannot record sound. A current Chrome, Edge or Firefox can.",
    } as Record<string, string>,
    problems: {
      busy: "The microphone could not be opened: another program may hold it. Close that, then press Record again.",
      not_started: "The recording did not begin. Load the page anew, run the cell again and press Record.",
      reloaded: "The page was loaded anew while it recorded, so that recording is lost. Record again.",
      lost: "The microphone went away while it recorded, so that recording is lost. Plug it in and record again.",
      nothing_came: "The browser handed over no recording. Press Record again, and wait for the clock to run before you speak.",
      unreadable: "What the browser recorded cannot be read. Record again; if it happens twice, use another browser.",
      too_short: "That was too short to be heard. Record again and speak for a second at least.",
      silent: "The recording is silent. Choose the right microphone in the browser or switch it on, then record again.",
    } as Record<string, string>,
  },
};
