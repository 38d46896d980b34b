// Every word on the screen, in one place. Another language is another object of the same shape,
// named in LANGUAGES at the end.

import { decidingWords } from "./deciding_words";
import type { Gap } from "./draft";
import { keepWords } from "./keep_words";
import type { Cue, Pass } from "./model";
import { words } from "./plural";
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
    skipped: "skipped",
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
  waitFor: (count: number) => (count === 1 ? "1 waits for the database" : `${count} wait for the database`),
  offline: (count: number) => (count === 0 ? "Offline" : `Offline, ${count} kept here`),
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

  /** A figure as the language writes it, with two decimals at most. */
  number: (value: number) => String(Math.round(value * 100) / 100),

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
  correct: "Correct it",
  later: "Keep for later",
  nothingToUndo: "Nothing to undo: no rating was given in this sitting.",
  undone: (place: string) => `Back at ${place}. A change is saved as a new rating.`,
  done: "Everything in this list is rated. J and K go through it again.",

  ...keepWords.en,
  deciding: decidingWords.en,

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
  cardSections: {
    deciding: "Deciding",
    judging: "Judging",
    listening: "Listening",
    going: "Going on",
  } as Record<string, string>,
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
    turnBefore: "The turn before",
    speed: "Slower, faster; the pitch stays",
    loop: "Again and again",
    solo: "Only this speaker, in both ears",
    look: "Spectrogram, F0, level",
    boundaries: "Split at the playhead, merge with the next",
    auto: "Autoplay: the next one plays by itself",
    go: "Previous, next",
    save: "Save and go to the next",
    undo: "Back to the rating given last, then further back",
    takeBack: "Take the rating of this one back",
    list: "List: search, filter, jump",
    skip: "Skip; it comes again at the end",
    flag: "Flag for the lead, or take the flag away",
    leaveCall: "Leave this call: sound off, the rest of it skipped",
    rest: "Rest: the clock stands still",
    card: "This card",
    stop: "Leave a text field, close the card, stop",
    readings: "Take a reading, the strongest first",
    mix: "A mixture of the two strongest readings",
    reason: "To the reason; Ctrl+Enter saves from there",
    quickReason: "A reason to begin with; again for the next",
    names: "Show or hide who is who",
    text: "Show the words, where the pass hides them",
  },
  cardTags: "Tags",
  cardTagsHow: "The same key again: stronger, then off.",
  /** Keys that have a name rather than a print. */
  keyNames: { Space: "Space", Enter: "Enter", Escape: "Esc", Ctrl: "Ctrl" } as Record<string, string>,

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
  rowsToHear: (count: number) => `${words(count, "row")} to hear, one after the other`,
  rowsLeftOut: (count: number) => `${words(count, "more row")} left out: choose fewer to hear them.`,

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

export type Strings = typeof en;

const de: Strings = {
  noAnswer:
    "Python antwortet nicht. Wurde der Kernel neu gestartet, die Zelle noch einmal ausführen; was gespeichert ist, ist sicher.",
  roles: { customer: "Kunde", agent: "Agent", other: "andere", unknown: "unbekannt" },
  everyone: "alle",
  units: { utterance: "Äußerung", turn: "Beitrag", call: "Anruf" },
  states: {
    open: "nicht bewertet",
    skipped: "übersprungen",
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
  waitFor: (count) => (count === 1 ? "1 wartet auf die Datenbank" : `${count} warten auf die Datenbank`),
  offline: (count) => (count === 0 ? "Offline" : `Offline, ${count} hier behalten`),
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

  number: (value) => en.number(value).replace(".", ","),

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
  correct: "Ändern",
  later: "Für später behalten",
  nothingToUndo: "Nichts zurückzunehmen: in dieser Sitzung wurde noch nichts bewertet.",
  undone: (place) => `Zurück bei ${place}. Eine Änderung wird als neue Bewertung gespeichert.`,
  done: "Alles in dieser Liste ist bewertet. J und K gehen sie noch einmal durch.",

  ...keepWords.de,
  deciding: decidingWords.de,

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
  cardSections: {
    deciding: "Entscheiden",
    judging: "Bewerten",
    listening: "Hören",
    going: "Weitergehen",
  },
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
    turnBefore: "Der Beitrag davor",
    speed: "Langsamer, schneller; die Tonhöhe bleibt",
    loop: "Immer wieder",
    solo: "Nur diese Stimme, auf beiden Ohren",
    look: "Spektrogramm, F0, Pegel",
    boundaries: "An der Hörstelle teilen, mit der nächsten verbinden",
    auto: "Von selbst: die nächste Äußerung spielt ohne Taste",
    go: "Zurück, weiter",
    save: "Speichern und zur nächsten",
    undo: "Zurück zur letzten Bewertung, dann weiter zurück",
    takeBack: "Die Bewertung von dieser zurücknehmen",
    list: "Liste: suchen, filtern, springen",
    skip: "Überspringen; am Ende kommt sie wieder",
    flag: "Der Leitung melden, oder nicht mehr",
    leaveCall: "Diesen Anruf verlassen: Ton aus, der Rest übersprungen",
    rest: "Pause: die Uhr steht",
    card: "Diese Karte",
    stop: "Textfeld verlassen, Karte schließen, anhalten",
    readings: "Eine Lesart nehmen, die stärkste zuerst",
    mix: "Eine Mischung der beiden stärksten Lesarten",
    reason: "Zum Grund; Strg+Enter speichert von dort",
    quickReason: "Ein Grund für den Anfang; noch einmal für den nächsten",
    names: "Zeigen oder verbergen, wer wer ist",
    text: "Die Worte zeigen, wo der Durchgang sie verbirgt",
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
  rowsToHear: (count) => `${words(count, "Zeile", "Zeilen")} nacheinander zu hören`,
  rowsLeftOut: (count) =>
    `${words(count, "weitere Zeile", "weitere Zeilen")} nicht dabei: weniger wählen, um sie zu hören.`,

  // Tracer
  tracer: {
    name: "Verlauf aufzeichnen",
    lane: (dimension) => `${dimension}, wie es gerade klingt`,
    strip: "Stelle im Anruf",
    dimension: "Was aufgezeichnet wird",
    middle: "in der Mitte",
    gap: "hier nichts aufgezeichnet",
    towards: (far, words) => `${["etwas", "halb", "weit"][far]} in Richtung ${words}`,
    traced: (traced, of) => `${traced} von ${of} aufgezeichnet`,
    trace: "Aufzeichnen",
    tracing: "Aufzeichnung",
    redo: "Abschnitt neu",
    anew: "Von vorn",
    anewTold: "Der Verlauf ist wieder leer; Strg+Z holt ihn zurück.",
    save: "Speichern",
    lag: "Reaktionszeit",
    lagValue: (seconds) => `${seconds.toFixed(1).replace(".", ",")} s`,
    springs: "Stick federt zurück",
    hint: "bewegen, Umschalt feiner",
    hintEnds: "Enden, Mitte",
    hintSeek: "5 s zurück, weiter",
    hintStretch: "Abschnitt von, bis",
    hintUndo: "rückgängig",
    empty: "Noch nichts aufgezeichnet. Leertaste drücken und der Stimme mit der Hand folgen.",
    noStretch:
      "Unter der Spur über den Anruf ziehen oder I und O drücken, um einen Abschnitt zu wählen.",
    kept: "Ein nicht gespeicherter Verlauf ist wieder da. Weitermachen, speichern oder von vorn beginnen.",
    end: "Ende des Anrufs. Mit dem Verlauf anhören, einen Abschnitt neu aufzeichnen oder speichern.",
    redone: "Der Abschnitt ist fertig. Anhören oder speichern.",
    nothingToUndo: "Nichts rückgängig zu machen.",
    said: {
      tracing: (at) => `Aufzeichnung ab ${at}`,
      replaying: (at) => `Wiedergabe ab ${at}`,
      stopped: (at) => `Angehalten bei ${at}`,
      stretch: (from, to) => `Abschnitt von ${from} bis ${to}`,
      noStretch: "Kein Abschnitt",
      saved: "Gespeichert",
      undone: "Rückgängig gemacht",
    },
  },

  // Recorder
  seconds: (seconds) => `${seconds.toFixed(seconds < 10 ? 2 : 1).replace(".", ",")} s`,
  recorder: {
    name: "Aufnahme",
    exampleOf: "Ein Beispiel für",
    chooseTag: "Gefühl wählen",
    noteFor: (id) => `Eine Sprachnotiz zu Anruf ${id}`,
    stays: "Die Aufnahme bleibt im Ordner des Arbeitsbereichs. Nichts wird verschickt.",
    record: "Aufnehmen",
    again: "Neu aufnehmen",
    opening: "Das Mikrofon wird geöffnet",
    waiting: "Die Aufnahme wird geholt",
    level: "Pegel des Mikrofons",
    time: (now, longest) => `${now} von höchstens ${longest}`,
    trim: "Was von der Aufnahme bleibt",
    edges: { start_s: "Anfang dessen, was bleibt", end_s: "Ende dessen, was bleibt" },
    yourVoice: "Ihre Aufnahme",
    kept: (seconds, of) => `${seconds} von ${of} bleiben`,
    listenFor: "Worauf zu achten ist",
    noteWords: "Worum es geht",
    save: "Speichern",
    savedExample: (tag, seconds) => `Gespeichert: ${seconds} als Beispiel für ${tag}.`,
    savedNote: (id, seconds) => `Gespeichert: ${seconds} zu Anruf ${id}.`,
    said: {
      recording: "Aufnahme läuft. Jetzt sprechen.",
      recorded: (seconds) =>
        `${seconds} aufgenommen. Mit den zwei Griffen kürzen, anhören, dann speichern.`,
      longest: "Länger kann eine Aufnahme nicht sein; sie wurde beendet.",
      quiet: "Noch ist nichts zu hören. Ist das Mikrofon stumm geschaltet?",
    },
    ready: {
      prompt: "Der Browser fragt, ob diese Seite das Mikrofon nutzen darf: bitte erlauben.",
      refused:
        "Diese Seite darf das Mikrofon nicht nutzen. Im Browser erlauben (das Zeichen neben der Adresse), dann Aufnehmen drücken.",
      no_device:
        "Kein Mikrofon gefunden. Eines anschließen oder in den Einstellungen des Systems wählen, dann Aufnehmen drücken.",
      insecure:
        "Ein Browser öffnet das Mikrofon nur für Seiten von diesem Rechner oder über https. Das Notebook unter http://localhost öffnen oder um https bitten.",
      unsupported:
        "Dieser Browser kann keinen Ton aufnehmen. Ein aktueller Chrome, Edge oder Firefox kann es.",
    },
    problems: {
      busy: "Das Mikrofon ließ sich nicht öffnen: vielleicht hält es ein anderes Programm. Dieses schließen, dann noch einmal aufnehmen.",
      not_started:
        "Die Aufnahme hat nicht begonnen. Die Seite neu laden, die Zelle noch einmal ausführen und Aufnehmen drücken.",
      reloaded:
        "Die Seite wurde während der Aufnahme neu geladen; die Aufnahme ist verloren. Bitte neu aufnehmen.",
      lost: "Das Mikrofon verschwand während der Aufnahme; die Aufnahme ist verloren. Wieder anschließen und neu aufnehmen.",
      nothing_came:
        "Der Browser gab keine Aufnahme her. Noch einmal aufnehmen und erst sprechen, wenn die Uhr läuft.",
      unreadable:
        "Was der Browser aufgenommen hat, ist nicht lesbar. Neu aufnehmen; geschieht es zweimal, einen anderen Browser nehmen.",
      too_short: "Das war zu kurz, um es zu hören. Neu aufnehmen und mindestens eine Sekunde sprechen.",
      silent:
        "Die Aufnahme ist stumm. Im Browser das richtige Mikrofon wählen oder es einschalten, dann neu aufnehmen.",
    },
  },
};

export const LANGUAGES: Record<string, Strings> = { en, de };

/** What each language calls itself. */
export const LANGUAGE_NAMES: Record<string, string> = { en: "English", de: "Deutsch" };

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
