// Every word on the screen, in one place. Another language is another object of the same shape,
// named in LANGUAGES at the end.

import type { Gap } from "./draft";
import type { Cue, Pass } from "./model";
import type { UnitState } from "./sitting";

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

function words(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

const en = {
  noAnswer:
    "Python does not answer. If the kernel was restarted, run the cell again; what was saved is safe.",
  roles: {
    customer: "customer",
    agent: "agent",
    other: "other",
    unknown: "unknown speaker",
  } as Record<string, string>,
  everyone: "everyone",
  units: { utterance: "Utterance", turn: "Turn", call: "Call" } as Record<string, string>,
  states: {
    open: "not rated",
    edited: "not saved yet",
    saving: "saving",
    saved: "rated",
    failed: "could not be saved",
  } satisfies Record<UnitState, string>,

  // Labeler: header
  labeler: "Labeler",
  call: (id: string) => `Call ${id}`,
  place: (unit: string, number: number, of: number) =>
    `${en.units[unit] ?? en.units["utterance"]} ${number} of ${of}`,
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
  question: (role: string, pass: Pass) =>
    pass === "text"
      ? "How does it read?"
      : role === "customer" || role === "agent"
        ? `How does the ${role} sound?`
        : "How does it sound?",
  tags: "Tags",
  strength: (step: number, of: number) => `strength ${step} of ${of}`,
  off: "off",
  primary: "main one",
  find: "Find a tag",
  findPlaceholder: "Type, Enter chooses, Esc leaves",
  mixture: "Mixture",
  noMixture: "No mixture",
  share: (tag: string, percent: number) => `${tag} ${Math.round(percent)} %`,
  turns: "Where the feeling turns",
  turnsAt: (time: string) => `turns at ${time}`,
  turnOpen: "which tag?",
  removeTurn: (turn: string) => `Take back: ${turn}`,
  cuesNamed: "What decided it",
  cues: {
    pitch: "Pitch",
    pace: "Pace",
    pause: "Pauses",
    volume: "Volume",
    words: "Words",
  } satisfies Record<Cue, string>,
  certainty: "How sure",
  certaintySteps: ["hardly sure", "fairly sure", "quite sure", "very sure"],
  clash: (name: string, key: string, owner: string, instead: string | null) =>
    `The key ${key} was asked for “${name}” and belongs to “${owner}”; ` +
    (instead === null ? `“${name}” has none.` : `“${name}” has ${instead}.`),
  verdicts: "Or",
  neutral: "Neutral",
  unclear: "Unclear",
  unusable: "Unusable",
  other: "Other, in words",
  otherPlaceholder: "The feeling, in your own words",
  note: "Note",
  notePlaceholder: "Anything worth telling (Esc leaves the field)",
  definition: "Means",
  soundsLike: "Sounds like",
  notToBeConfused: "Not to be confused with",
  notSet: "not set",
  dimensions: {
    valence: "Valence",
    arousal: "Arousal",
    stress: "Stress",
    confidence: "Confidence",
    urgency: "Urgency",
  } as Record<string, string>,
  step: (step: number, of: number) => `${step} of ${of}`,
  save: "Save and next",
  gap: {
    nothing: "Choose at least one tag, or say neutral, unclear or unusable.",
    no_words: "Say in words what it is, or take “other” back.",
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
    noTag: "Touch a tag first, then make it the main one.",
    noMixture: "A mixture needs two tags.",
    mixtureCleared: "The mixture is not set",
    noMoment: "Play to where the feeling turns, then mark it.",
    turn: (time: string) => `The feeling turns at ${time}; now the tag it turns to`,
    noTurn: (time: string) => `No turn at ${time}`,
    turnsTo: (tag: string) => `turns to ${tag}`,
    turnLeftOpen: "The turn stays without a tag",
    score: (dimension: string, step: number, of: number) => `${dimension} ${step} of ${of}`,
    onOff: (what: string, on: boolean) => `${what} ${on ? "on" : "off"}`,
    notSet: (dimension: string) => `${dimension} not set`,
    saved: (left: number) => (left > 0 ? `Saved. ${left} left.` : "Saved. None left."),
  },

  // Key card
  card: "Keys",
  cardClose: "Close",
  cardPrint: "Print",
  cardSections: { judging: "Judging", listening: "Listening", going: "Going on" },
  cardKeys: {
    find: "Find a tag by typing",
    verdicts: "Neutral, unclear, unusable",
    other: "Other, in words",
    primary: "The tag touched last is the main one",
    shares: "Mixture: less, more of the tag touched last",
    sharesBit: "The same by half as much",
    noMixture: "No mixture",
    shift: "The feeling turns here; then the tag it turns to",
    score: "",
    certainty: "Less sure, surer",
    cues: "What decided it: pitch, pace, pauses, volume, words",
    note: "Note",
    play: "Play, stop",
    replay: "From the start",
    context: "From 2 s before",
    solo: "Only this speaker, in both ears",
    auto: "Autoplay: the next one plays by itself",
    go: "Previous, next",
    save: "Save and go to the next",
    undo: "Back to the rating given last",
    card: "This card",
    stop: "Leave a text field, close the card, stop",
  },
  cardTags: "Tags",
  cardTagsHow: "The same key again: stronger, then off.",
  /** Keys that have a name rather than a print. */
  keyNames: { Space: "Space", Enter: "Enter", Escape: "Esc", Ctrl: "Ctrl" } as Record<string, string>,

  // Player
  player: "Player",
  noAudio: "This call has no audio.",

  // List of calls
  calls: "Calls",
  selected: "Selected",
  columns: {
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
  } as Record<string, string>,
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

export type Strings = typeof en;

const de: Strings = {
  noAnswer:
    "Python antwortet nicht. Wurde der Kernel neu gestartet, die Zelle noch einmal ausführen; was gespeichert ist, ist sicher.",
  roles: { customer: "Kunde", agent: "Agent", other: "andere", unknown: "unbekannt" },
  everyone: "alle",
  units: { utterance: "Äußerung", turn: "Beitrag", call: "Anruf" },
  states: {
    open: "nicht bewertet",
    edited: "noch nicht gespeichert",
    saving: "wird gespeichert",
    saved: "bewertet",
    failed: "konnte nicht gespeichert werden",
  },

  // Labeler: header
  labeler: "Bewerten",
  call: (id) => `Anruf ${id}`,
  place: (unit, number, of) => `${de.units[unit] ?? de.units["utterance"]} ${number} von ${of}`,
  left: (minutes) =>
    minutes < 1 ? "noch weniger als eine Minute" : `noch etwa ${Math.round(minutes)} min`,
  allRated: "alles bewertet",
  saved: "Gespeichert",
  saving: (count) => (count > 1 ? `Speichert ${count}` : "Speichert"),
  waiting: "Wartet auf die Datenbank",
  unsaved: "Noch nicht gespeichert",
  notSaved: (count) => `${count} nicht gespeichert`,
  nothingYet: "Nichts zu speichern",
  keys: "Tasten",
  focusHint: "Hier klicken oder Tab drücken, um die Tasten zu nutzen",
  noUnits: "Noch keine Äußerungen: ws.segment() ausführen und hier neu öffnen.",

  // Overview and stage
  overview: "Überblick über den Anruf",
  overviewValue: (place, role, from, to, state) => `${place}, ${role}, ${from} bis ${to}, ${state}`,
  waveform: (role, from, to) => `Wellenform, ${role}, ${from} bis ${to}`,
  listening: "Hören",
  play: "Hören",
  stop: "Halt",
  replay: "Von vorn",
  context: "Ab 2 s davor",
  solo: (role) => `Nur ${role}`,
  auto: "Von selbst",
  previous: "Zurück",
  next: "Weiter",
  loading: "Der Ton wird geladen",
  dialogue: "Gespräch",
  noWords: "Keine Worte in diesem Anruf.",

  // Rating
  question: (role, pass) =>
    pass === "text"
      ? "Wie liest es sich?"
      : role === "customer"
        ? "Wie klingt der Kunde?"
        : role === "agent"
          ? "Wie klingt der Agent?"
          : "Wie klingt es?",
  tags: "Gefühle",
  strength: (step, of) => `Stärke ${step} von ${of}`,
  off: "aus",
  primary: "das wichtigste",
  find: "Gefühl suchen",
  findPlaceholder: "Tippen, Enter wählt, Esc verlässt",
  mixture: "Mischung",
  noMixture: "Keine Mischung",
  share: (tag, percent) => `${tag} ${Math.round(percent)} %`,
  turns: "Wo das Gefühl kippt",
  turnsAt: (time) => `kippt bei ${time}`,
  turnOpen: "welches Gefühl?",
  removeTurn: (turn) => `Zurücknehmen: ${turn}`,
  cuesNamed: "Was den Ausschlag gab",
  cues: { pitch: "Tonhöhe", pace: "Tempo", pause: "Pausen", volume: "Lautstärke", words: "Worte" },
  certainty: "Wie sicher",
  certaintySteps: ["kaum sicher", "einigermaßen sicher", "ziemlich sicher", "sehr sicher"],
  clash: (name, key, owner, instead) =>
    `Die Taste ${key} war für „${name}“ gewünscht und gehört „${owner}“; ` +
    (instead === null ? `„${name}“ hat keine.` : `„${name}“ hat ${instead}.`),
  verdicts: "Oder",
  neutral: "Neutral",
  unclear: "Unklar",
  unusable: "Unbrauchbar",
  other: "Anderes, in Worten",
  otherPlaceholder: "Das Gefühl, in eigenen Worten",
  note: "Notiz",
  notePlaceholder: "Was sonst wichtig ist (Esc verlässt das Feld)",
  definition: "Heißt",
  soundsLike: "Klingt wie",
  notToBeConfused: "Nicht zu verwechseln mit",
  notSet: "nicht gesetzt",
  dimensions: {
    valence: "Valenz",
    arousal: "Erregung",
    stress: "Anspannung",
    confidence: "Bestimmtheit",
    urgency: "Dringlichkeit",
  },
  step: (step, of) => `${step} von ${of}`,
  save: "Speichern und weiter",
  gap: {
    nothing: "Mindestens ein Gefühl wählen, oder neutral, unklar, unbrauchbar.",
    no_words: "In Worten sagen, was es ist, oder „Anderes“ zurücknehmen.",
  },
  failedOne: (place, sentence) => `${place} konnte nicht gespeichert werden: ${sentence}`,
  failedMany: (count, sentence) =>
    `${count} Bewertungen konnten nicht gespeichert werden. Der letzte Grund: ${sentence}`,
  retry: "Noch einmal",
  nothingToUndo: "Nichts zurückzunehmen: in dieser Sitzung wurde noch nichts bewertet.",
  undone: (place) => `Zurück bei ${place}. Eine Änderung wird als neue Bewertung gespeichert.`,
  done: "Alles in dieser Liste ist bewertet. J und K gehen sie noch einmal durch.",
  said: {
    playing: "Ton läuft",
    stopped: "Angehalten",
    off: (tag) => `${tag} aus`,
    on: (tag, step, of) => `${tag}, Stärke ${step} von ${of}`,
    primary: (tag) => `${tag} ist das wichtigste`,
    notPrimary: (tag) => `${tag} ist nicht mehr das wichtigste`,
    noTag: "Erst ein Gefühl wählen, dann zum wichtigsten machen.",
    noMixture: "Eine Mischung braucht zwei Gefühle.",
    mixtureCleared: "Die Mischung ist nicht gesetzt",
    noMoment: "Bis dahin hören, wo das Gefühl kippt, dann die Stelle merken.",
    turn: (time) => `Das Gefühl kippt bei ${time}; nun das Gefühl danach`,
    noTurn: (time) => `Kein Kippen bei ${time}`,
    turnsTo: (tag) => `kippt in ${tag}`,
    turnLeftOpen: "Das Gefühl danach bleibt offen",
    score: (dimension, step, of) => `${dimension} ${step} von ${of}`,
    onOff: (what, on) => `${what} ${on ? "an" : "aus"}`,
    notSet: (dimension) => `${dimension} nicht gesetzt`,
    saved: (left) => (left > 0 ? `Gespeichert. Noch ${left}.` : "Gespeichert. Keine mehr offen."),
  },

  // Key card
  card: "Tasten",
  cardClose: "Schließen",
  cardPrint: "Drucken",
  cardSections: { judging: "Bewerten", listening: "Hören", going: "Weitergehen" },
  cardKeys: {
    find: "Ein Gefühl tippend suchen",
    verdicts: "Neutral, unklar, unbrauchbar",
    other: "Anderes, in Worten",
    primary: "Das zuletzt gewählte Gefühl ist das wichtigste",
    shares: "Mischung: weniger, mehr vom zuletzt gewählten Gefühl",
    sharesBit: "Dasselbe halb so weit",
    noMixture: "Keine Mischung",
    shift: "Hier kippt das Gefühl; danach das neue Gefühl",
    score: "",
    certainty: "Weniger sicher, sicherer",
    cues: "Was den Ausschlag gab: Tonhöhe, Tempo, Pausen, Lautstärke, Worte",
    note: "Notiz",
    play: "Hören, Halt",
    replay: "Von vorn",
    context: "Ab 2 s davor",
    solo: "Nur diese Stimme, auf beiden Ohren",
    auto: "Von selbst: die nächste Äußerung spielt ohne Taste",
    go: "Zurück, weiter",
    save: "Speichern und zur nächsten",
    undo: "Zurück zur letzten Bewertung",
    card: "Diese Karte",
    stop: "Textfeld verlassen, Karte schließen, anhalten",
  },
  cardTags: "Gefühle",
  cardTagsHow: "Dieselbe Taste noch einmal: stärker, dann aus.",
  keyNames: { Space: "Leertaste", Enter: "Enter", Escape: "Esc", Ctrl: "Strg" },

  // Player
  player: "Hören",
  noAudio: "Dieser Anruf hat keinen Ton.",

  // List of calls
  calls: "Anrufe",
  selected: "Ausgewählt",
  columns: {
    call_id: "Anruf",
    started_at: "Beginn",
    agent_id: "Agent",
    customer_id: "Kunde",
    duration_s: "Länge",
    handle_s: "Bearbeitet",
    hold_s: "In der Warteschleife",
    n_transfers: "Weiterleitungen",
    customer_culture: "Kultur",
    has_audio: "Ton",
    roles: "Rollen",
    qa_score: "QA-Wert",
    csat: "CSAT",
    nps: "NPS",
  },
  search: "Suchen",
  any: "alle",
  yes: "ja",
  no: "nein",
  unknown: "nicht bekannt",
  shown: (shown, all, selected) =>
    (shown === all ? words(all, "Anruf", "Anrufe") : `${shown} von ${words(all, "Anruf", "Anrufen")}`) +
    (selected > 0 ? `, ${selected} ausgewählt` : ""),
  clear: "Filter leeren",
  noCalls: "Noch keine Anrufe: ws.ingest(...) ausführen.",
  noneMatch: "Kein Anruf passt. Einen Filter leeren, um mehr zu sehen.",
  playCall: (id) => `Anruf ${id} hören`,
  sortBy: (column) => `Nach ${column} ordnen`,
};

export const LANGUAGES: Record<string, Strings> = { en, de };

/** The words in use; widgets read them when they are made and whenever they change. */
export let strings: Strings = en;

/** Use a language; an unknown one leaves English. */
export function speak(language: string): void {
  strings = LANGUAGES[language] ?? en;
}

export function roleName(role: string): string {
  return strings.roles[role] ?? role;
}

/** A tag as words; the taxonomy's own names but for their underscores. */
export function tagName(tag: string): string {
  if (tag === "other" || tag === "neutral") return strings[tag];
  return tag.replaceAll("_", " ");
}

/** A dimension of a taxonomy as a word; names of the taxonomy's own as they are. */
export function dimensionName(name: string): string {
  return strings.dimensions[name] ?? name.charAt(0).toUpperCase() + name.slice(1);
}

export function columnName(name: string): string {
  return strings.columns[name] ?? plainName(name);
}
