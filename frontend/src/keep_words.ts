// Words about what waits, is skipped, flagged or rested; a part of strings.ts.

import { words } from "./plural";

const en = {
  stopped: (count: number) =>
    `The kernel stopped or does not answer. Run the cell again; ${words(count, "rating is", "ratings are")} kept in this browser.`,
  triedAgain: (sentence: string) => `${sentence} It is tried again by itself; go on rating.`,
  notLasting:
    "This browser keeps nothing for later. Leave the page open until everything is saved.",
  elsewhere: (count: number) =>
    `${words(count, "rating")} of another list ${count === 1 ? "waits" : "wait"} in this browser until that list is opened.`,
  notSavedYet: (place: string) => `${place} was not saved yet. It is here as you left it.`,
  unheard: (share: number) =>
    `You heard ${Math.round(100 * share)} % of it. Enter again saves it as it is.`,
  list: "List",
  listSearch: "Search: call, number, role, tag, words",
  listFilter: "Show",
  listFilters: {
    all: "all",
    open: "not rated",
    saved: "rated",
    skipped: "skipped",
    flagged: "flagged",
    call: "this call",
  } as Record<string, string>,
  passes: {
    text: "text only",
    masked_voice: "masked voice",
    voice: "voice only",
    both: "voice and text",
  } as Record<string, string>,
  listCount: (shown: number, of: number) => `${shown} of ${of}`,
  listNone: "Nothing matches. Change the search or show all.",
  skip: "Skip",
  skipped: (place: string) => `${place} skipped. It comes again at the end.`,
  flag: "Flag for the lead",
  flagged: (place: string) => `${place} flagged.`,
  unflagged: (place: string) => `${place} is no longer flagged.`,
  flagPlaceholder: "What should the lead know? (may stay empty; Enter flags, Esc leaves)",
  flagMark: (text: string) => (text ? `Flagged: ${text}` : "Flagged"),
  leave: "Leave this call",
  leftCall: (count: number) => `You left the call. ${words(count, "item")} of it ${count === 1 ? "is" : "are"} skipped.`,
  takeBack: "Take the rating back",
  tookBack: (place: string) => `The rating of ${place} is taken back.`,
  nothingToTakeBack: "There is no rating here to take back.",
  rest: "Rest",
  restHint: (minutes: number) =>
    `${Math.round(minutes)} min at a stretch. Ears tire before one notices; a short rest helps.`,
  resting: "Resting",
  restingText: "The clock stands still, and nothing plays. Go on whenever you like.",
  goOn: "Go on",
  sessionCard: "Before you begin",
  headphones: "Do you wear headphones?",
  levelCheck: "Check both sides and set the level so that it is easy to listen to",
  playLeft: "Play left",
  playRight: "Play right",
  heardWhere: "Where did you hear it?",
  heardAnswers: { left: "left", right: "right", both: "both", nothing: "nothing" } as Record<
    string,
    string
  >,
  heardRight: "That is the side it came from.",
  heardWrong: (side: string) => `It came from the ${side}. Turn the headphones round, or check the cable.`,
  levelled: "Play all calls equally loud",
  language: "Language",
  begin: "Begin",
};

const de: typeof en = {
  stopped: (count) =>
    `Der Kernel ist angehalten oder antwortet nicht. Die Zelle noch einmal ausführen; ${words(count, "Bewertung ist", "Bewertungen sind")} in diesem Browser aufgehoben.`,
  triedAgain: (sentence) => `${sentence} Es wird von selbst wieder versucht; ruhig weiter bewerten.`,
  notLasting:
    "Dieser Browser hebt nichts auf. Die Seite offen lassen, bis alles gespeichert ist.",
  elsewhere: (count) =>
    `${words(count, "Bewertung", "Bewertungen")} einer anderen Liste ${count === 1 ? "wartet" : "warten"} in diesem Browser, bis jene Liste geöffnet wird.`,
  notSavedYet: (place) => `${place} war noch nicht gespeichert und ist hier wie verlassen.`,
  unheard: (share) =>
    `Davon wurden ${Math.round(100 * share)} % gehört. Noch einmal Enter speichert es so.`,
  list: "Liste",
  listSearch: "Suchen: Anruf, Nummer, Rolle, Gefühl, Worte",
  listFilter: "Zeigen",
  listFilters: {
    all: "alle",
    open: "nicht bewertet",
    saved: "bewertet",
    skipped: "übersprungen",
    flagged: "gemeldet",
    call: "dieser Anruf",
  },
  passes: {
    text: "nur Text",
    masked_voice: "maskierte Stimme",
    voice: "nur Stimme",
    both: "Stimme und Text",
  },
  listCount: (shown, of) => `${shown} von ${of}`,
  listNone: "Nichts passt. Die Suche ändern oder alle zeigen.",
  skip: "Überspringen",
  skipped: (place) => `${place} übersprungen. Am Ende kommt sie wieder.`,
  flag: "Der Leitung melden",
  flagged: (place) => `${place} gemeldet.`,
  unflagged: (place) => `${place} ist nicht mehr gemeldet.`,
  flagPlaceholder: "Was soll die Leitung wissen? (darf leer bleiben; Enter meldet, Esc verlässt)",
  flagMark: (text) => (text ? `Gemeldet: ${text}` : "Gemeldet"),
  leave: "Diesen Anruf verlassen",
  leftCall: (count) => `Anruf verlassen. ${words(count, "Eintrag", "Einträge")} daraus übersprungen.`,
  takeBack: "Bewertung zurücknehmen",
  tookBack: (place) => `Die Bewertung von ${place} ist zurückgenommen.`,
  nothingToTakeBack: "Hier gibt es keine Bewertung zurückzunehmen.",
  rest: "Pause",
  restHint: (minutes) =>
    `${Math.round(minutes)} min am Stück. Ohren ermüden unbemerkt; eine kurze Pause hilft.`,
  resting: "Pause",
  restingText: "Die Uhr steht, und nichts spielt. Weiter geht es, wann es passt.",
  goOn: "Weiter",
  sessionCard: "Vor dem Anfang",
  headphones: "Sind Kopfhörer auf?",
  levelCheck: "Beide Seiten prüfen und angenehm laut einstellen",
  playLeft: "Links spielen",
  playRight: "Rechts spielen",
  heardWhere: "Wo war es zu hören?",
  heardAnswers: { left: "links", right: "rechts", both: "beide", nothing: "nichts" },
  heardRight: "Von dieser Seite kam es.",
  heardWrong: (side) => `Es kam von ${side}. Die Kopfhörer umdrehen oder das Kabel prüfen.`,
  levelled: "Alle Anrufe gleich laut spielen",
  language: "Sprache",
  begin: "Anfangen",
};

export const keepWords = { en, de };
