// Every word on the screen, in one place. Another language is another object of the same shape,
// named in LANGUAGES at the end.

import type { Gap } from "./draft";
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
  hear: {
    turnBefore: "The turn before",
    noTurnBefore: "Nothing is known to have been said before this.",
    loop: "Loop",
    speed: "Speed",
    slower: "Slower",
    faster: "Faster",
    times: (speed: number) => `${speed.toFixed(1)}×`,
    speedNow: (speed: number) => `Speed ${speed.toFixed(1)}`,
    asRecorded: "Back to the speed of the recording",
    levelled: "Equally loud",
    masked: "Masked voice",
    readNotHeard: "This pass is read, not heard: judge the words alone.",
    noWordsHere: "No words are known for this one.",
    look: "Show below the waveform",
    spectrogram: "Spectrogram",
    pitch: "F0",
    level: "Level",
    kilohertz: (value: number) => `${value} kHz`,
    maskedSpectrogram: "The spectrogram would show what the masked voice hides. F0 and level can be seen.",
    measuring: "Measuring",
    pictureTooLong: "Spectrogram, F0 and level are shown for a minute at most.",
    boundaries: "Boundaries",
    startEdge: "Start of the utterance",
    endEdge: "End of the utterance",
    seconds: (value: number) => `${value.toFixed(2)} s`,
    movedTo: (from: number, to: number) => `Moved to ${from.toFixed(2)} s – ${to.toFixed(2)} s`,
    apply: "Apply",
    takeBack: "Take back",
    takenBack: "Boundary taken back",
    settleFirst: "A boundary was moved: apply it or take it back first.",
    split: "Split here",
    merge: "Merge with next",
    splitWhere: "Play to the moment where it should be split, stop there, and press B.",
    nothingToMerge: "There is no later utterance of this speaker in the list.",
    minimap: "Part of the call that is shown",
    fromTo: (from: string, to: string) => `${from} to ${to}`,
    zoomIn: "Show less of the call, larger",
    zoomOut: "Show more of the call",
  },

  // Rating
  question: (role: string) =>
    role === "customer" || role === "agent"
      ? `How does the ${role} sound?`
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
  dimensions: { valence: "Valence", arousal: "Arousal" } as Record<string, string>,
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
    turnBefore: "The turn before",
    speed: "Slower, faster; the pitch stays",
    loop: "Again and again",
    solo: "Only this speaker, in both ears",
    look: "Spectrogram, F0, level",
    boundaries: "Split at the playhead, merge with the next",
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
  hear: {
    turnBefore: "Der Beitrag davor",
    noTurnBefore: "Es ist nicht bekannt, dass davor etwas gesagt wurde.",
    loop: "Schleife",
    speed: "Tempo",
    slower: "Langsamer",
    faster: "Schneller",
    times: (speed) => `${speed.toFixed(1).replace(".", ",")}×`,
    speedNow: (speed) => `Tempo ${speed.toFixed(1).replace(".", ",")}`,
    asRecorded: "Zurück zum Tempo der Aufnahme",
    levelled: "Gleich laut",
    masked: "Maskierte Stimme",
    readNotHeard: "Dieser Durchgang wird gelesen, nicht gehört: nur die Worte beurteilen.",
    noWordsHere: "Hierzu sind keine Worte bekannt.",
    look: "Unter der Wellenform zeigen",
    spectrogram: "Spektrogramm",
    pitch: "F0",
    level: "Pegel",
    kilohertz: (value) => `${String(value).replace(".", ",")} kHz`,
    maskedSpectrogram:
      "Das Spektrogramm zeigte, was die maskierte Stimme verbirgt. F0 und Pegel sind zu sehen.",
    measuring: "Wird gemessen",
    pictureTooLong: "Spektrogramm, F0 und Pegel gibt es für höchstens eine Minute.",
    boundaries: "Grenzen",
    startEdge: "Beginn der Äußerung",
    endEdge: "Ende der Äußerung",
    seconds: (value) => `${value.toFixed(2).replace(".", ",")} s`,
    movedTo: (from, to) => `Verschoben auf ${de.hear.seconds(from)} – ${de.hear.seconds(to)}`,
    apply: "Übernehmen",
    takeBack: "Zurücknehmen",
    takenBack: "Grenze zurückgenommen",
    settleFirst: "Eine Grenze wurde verschoben: erst übernehmen oder zurücknehmen.",
    split: "Hier teilen",
    merge: "Mit nächster verbinden",
    splitWhere: "Bis zu der Stelle spielen, an der geteilt werden soll, dort anhalten und B drücken.",
    nothingToMerge: "In der Liste folgt keine Äußerung dieser Stimme mehr.",
    minimap: "Gezeigter Teil des Anrufs",
    fromTo: (from, to) => `${from} bis ${to}`,
    zoomIn: "Weniger vom Anruf zeigen, größer",
    zoomOut: "Mehr vom Anruf zeigen",
  },

  // Rating
  question: (role) =>
    role === "customer"
      ? "Wie klingt der Kunde?"
      : role === "agent"
        ? "Wie klingt der Agent?"
        : "Wie klingt es?",
  tags: "Gefühle",
  strength: (step, of) => `Stärke ${step} von ${of}`,
  off: "aus",
  primary: "das wichtigste",
  verdicts: "Oder",
  neutral: "Neutral",
  unclear: "Unklar",
  unusable: "Unbrauchbar",
  other: "Anderes, in Worten",
  otherPlaceholder: "Was zu hören ist, in eigenen Worten",
  note: "Notiz",
  notePlaceholder: "Was sonst wichtig ist (Esc verlässt das Feld)",
  definition: "Heißt",
  soundsLike: "Klingt wie",
  notToBeConfused: "Nicht zu verwechseln mit",
  notSet: "nicht gesetzt",
  dimensions: { valence: "Valenz", arousal: "Erregung" },
  step: (step, of) => `${step} von ${of}`,
  save: "Speichern und weiter",
  gap: {
    nothing: "Mindestens ein Gefühl wählen, oder neutral (0), unklar (U), unbrauchbar (X).",
    no_words: "In Worten sagen, was zu hören ist, oder „Anderes“ mit O zurücknehmen.",
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
    noTag: "Erst ein Gefühl wählen; P macht es zum wichtigsten.",
    score: (dimension, step, of) => `${dimension} ${step} von ${of}`,
    onOff: (what, on) => `${what} ${on ? "an" : "aus"}`,
    notSet: (dimension) => `${dimension} nicht gesetzt`,
    saved: (left) => (left > 0 ? `Gespeichert. Noch ${left}.` : "Gespeichert. Keine mehr offen."),
  },

  // Key card
  card: "Tasten",
  cardClose: "Schließen",
  cardKeys: {
    tags: "Gefühl; noch einmal: stärker, dann aus",
    secondBank: "Gefühle 10 bis 18",
    verdicts: "Neutral, unklar, unbrauchbar",
    other: "Anderes, in Worten",
    primary: "Das zuletzt gewählte Gefühl zum wichtigsten machen",
    scores: (first, second) => `${first}, ${second}`,
    oneScore: (first) => first,
    note: "Notiz",
    leave: "Ein Textfeld verlassen",
    play: "Hören, Halt",
    replay: "Von vorn",
    context: "Ab 2 s davor",
    turnBefore: "Der Beitrag davor",
    speed: "Langsamer, schneller; die Tonhöhe bleibt",
    loop: "Immer wieder",
    solo: "Nur diese Stimme, auf beiden Ohren",
    look: "Spektrogramm, F0, Pegel",
    boundaries: "An der Hörstelle teilen, mit der nächsten verbinden",
    auto: "Von selbst: die nächste Äußerung spielt ohne Taste",
    go: "Zurück, weiter",
    save: "Speichern und zur nächsten",
    undo: "Zurück zur letzten Bewertung",
    card: "Diese Karte",
  },
  cardTags: "Gefühle",

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

/** A dimension of a taxonomy as a word; names of the taxonomy's own as they are. */
export function dimensionName(name: string): string {
  return strings.dimensions[name] ?? name.charAt(0).toUpperCase() + name.slice(1);
}

export function columnName(name: string): string {
  return strings.columns[name] ?? plainName(name);
}
