// Keys by position (event.code), so that every keyboard layout works without AltGr. What stands in
// SECTIONS is all there is: the key card and the printed hand card are made from it.

import type { Cue } from "./model";
import type { Strings } from "./strings";

/** What can be done without saying more. */
export type Act =
  | "play"
  | "replay"
  | "context"
  | "next"
  | "previous"
  | "save"
  | "undo"
  | "takeBack"
  | "list"
  | "skip"
  | "flag"
  | "leave"
  | "rest"
  | "other"
  | "note"
  | "primary"
  | "find"
  | "noMixture"
  | "shift"
  | "solo"
  | "turnBefore"
  | "loop"
  | "slower"
  | "faster"
  | "spectrogram"
  | "pitch"
  | "level"
  | "split"
  | "merge"
  | "auto"
  | "card"
  | "stop"
  | "text"
  | "quickReason"
  | "mix"
  | "names";

/** What only the Adjudicator does. */
export type OwnActs = "reading" | "mix" | "names";

export type Command =
  | { act: "tag"; index: number }
  | { act: "verdict"; verdict: "neutral" | "unclear" | "unusable" }
  | { act: "score"; dimension: number; by: 1 | -1 }
  | { act: "share"; by: number }
  | { act: "certainty"; by: 1 | -1 }
  | { act: "cue"; cue: Cue }
  | { act: "reading"; index: number }
  | { act: Act };

/** What each command does. Every part of the widget brings those that are its own. */
export type Actions = {
  [A in Command["act"]]: (command: Extract<Command, { act: A }>) => void;
};

export type LabelerActions = Omit<Actions, OwnActs> & Partial<Pick<Actions, OwnActs>>;

export interface KeyPress {
  code: string;
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  repeat: boolean;
}

export interface Binding {
  /** What `keys` in a taxonomy or in the settings calls it. */
  name: string;
  /** A position, with "Shift+" before it; "Ctrl+" before a letter means where that is printed. */
  stroke: string;
  command: Command;
  /** The line of the key card it stands on; scores are told by the name of their dimension. */
  line: keyof Strings["cardKeys"];
  /** Whether holding the key down goes on. */
  repeats: boolean;
}

export type Sections = Readonly<Record<string, readonly Binding[]>>;

export function bind(
  name: string,
  stroke: string,
  command: Command,
  line: keyof Strings["cardKeys"],
  repeats = false,
): Binding {
  return { name, stroke, command, line, repeats };
}

const score = (name: string, stroke: string, dimension: number, by: 1 | -1) =>
  bind(name, stroke, { act: "score", dimension, by }, "score", true);
const cue = (name: Cue, stroke: string) =>
  bind(`cue_${name}`, stroke, { act: "cue", cue: name }, "cues");

export const SECTIONS = {
  judging: [
    bind("find", "Slash", { act: "find" }, "find"),
    bind("neutral", "Digit0", { act: "verdict", verdict: "neutral" }, "verdicts"),
    bind("unclear", "KeyU", { act: "verdict", verdict: "unclear" }, "verdicts"),
    bind("unusable", "KeyX", { act: "verdict", verdict: "unusable" }, "verdicts"),
    bind("other", "KeyO", { act: "other" }, "other"),
    bind("primary", "KeyP", { act: "primary" }, "primary"),
    bind("share_less", "KeyQ", { act: "share", by: -10 }, "shares", true),
    bind("share_more", "KeyW", { act: "share", by: 10 }, "shares", true),
    bind("share_bit_less", "Shift+KeyQ", { act: "share", by: -5 }, "sharesBit", true),
    bind("share_bit_more", "Shift+KeyW", { act: "share", by: 5 }, "sharesBit", true),
    bind("no_mixture", "KeyE", { act: "noMixture" }, "noMixture"),
    bind("shift", "KeyT", { act: "shift" }, "shift"),
    score("score1_down", "ArrowLeft", 0, -1),
    score("score1_up", "ArrowRight", 0, 1),
    score("score2_down", "ArrowDown", 1, -1),
    score("score2_up", "ArrowUp", 1, 1),
    score("score3_down", "Shift+ArrowLeft", 2, -1),
    score("score3_up", "Shift+ArrowRight", 2, 1),
    score("score4_down", "Shift+ArrowDown", 3, -1),
    score("score4_up", "Shift+ArrowUp", 3, 1),
    bind("less_sure", "Minus", { act: "certainty", by: -1 }, "certainty"),
    bind("surer", "Equal", { act: "certainty", by: 1 }, "certainty"),
    cue("pitch", "Shift+KeyA"),
    cue("pace", "Shift+KeyS"),
    cue("pause", "Shift+KeyD"),
    cue("volume", "Shift+KeyF"),
    cue("words", "Shift+KeyG"),
    bind("note", "KeyN", { act: "note" }, "note"),
  ],
  listening: [
    bind("play", "Space", { act: "play" }, "play"),
    bind("replay", "KeyR", { act: "replay" }, "replay"),
    bind("context", "KeyC", { act: "context" }, "context"),
    bind("turn_before", "Shift+KeyC", { act: "turnBefore" }, "turnBefore"),
    bind("slower", "Comma", { act: "slower" }, "speed", true),
    bind("faster", "Period", { act: "faster" }, "speed", true),
    bind("loop", "Shift+KeyR", { act: "loop" }, "loop"),
    bind("solo", "KeyS", { act: "solo" }, "solo"),
    bind("spectrogram", "KeyV", { act: "spectrogram" }, "look"),
    bind("pitch", "KeyF", { act: "pitch" }, "look"),
    bind("level", "KeyL", { act: "level" }, "look"),
    bind("split", "KeyB", { act: "split" }, "boundaries"),
    bind("merge", "KeyM", { act: "merge" }, "boundaries"),
    bind("auto", "KeyA", { act: "auto" }, "auto"),
  ],
  going: [
    bind("save", "Enter", { act: "save" }, "save"),
    bind("previous", "KeyJ", { act: "previous" }, "go", true),
    bind("next", "KeyK", { act: "next" }, "go", true),
    bind("undo", "Ctrl+Z", { act: "undo" }, "undo"),
    bind("take_back", "Ctrl+Shift+Z", { act: "takeBack" }, "takeBack"),
    bind("list", "KeyG", { act: "list" }, "list"),
    bind("skip", "Shift+KeyK", { act: "skip" }, "skip"),
    bind("flag", "KeyI", { act: "flag" }, "flag"),
    bind("rest", "Shift+KeyP", { act: "rest" }, "rest"),
    bind("leave_call", "Shift+KeyL", { act: "leave" }, "leaveCall"),
    bind("card", "KeyH", { act: "card" }, "card"),
    bind("stop", "Escape", { act: "stop" }, "stop"),
  ],
} satisfies Sections;

/** Two things that ask for one key: who came too late, whose the key is, and what it got. */
export interface Clash {
  name: string;
  stroke: string;
  owner: string;
  instead: string | null;
}

const TAG_STROKES = ["", "Shift+"].flatMap((shift) =>
  Array.from({ length: 9 }, (_, digit) => `${shift}Digit${digit + 1}`),
);
const SPARE_STROKES = ["", "Shift+"].flatMap((shift) =>
  [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"].map((letter) => `${shift}Key${letter}`),
);
const NUMPAD: Record<string, string> = {
  NumpadEnter: "Enter",
  NumpadAdd: "Equal",
  NumpadSubtract: "Minus",
  NumpadDivide: "Slash",
};

/** Which key does what: the table, changed by what taxonomy and settings ask for. */
export class Keymap {
  private readonly bindings = new Map<string, Binding>();
  private readonly strokes = new Map<string, string>();
  private readonly ofCommands: readonly Clash[];
  private tagStrokes = new Map<string, string>();
  private tagIndex = new Map<string, number>();
  /** What could not have the key it asks for. */
  clashes: readonly Clash[] = [];

  /** @param wishes Strokes by the name of a command or tag. */
  constructor(
    private readonly wishes: Readonly<Record<string, string>> = {},
    readonly sections: Sections = SECTIONS,
  ) {
    const table = Object.values(sections).flat();
    const fixed = table.filter(({ stroke }) => stroke === "Escape" || stroke.startsWith("Ctrl"));
    const wished = table.filter((one) => one.name in wishes && !fixed.includes(one));
    const late: [Binding, Pick<Clash, "stroke" | "owner">][] = [];
    for (const binding of new Set([...fixed, ...wished, ...table])) {
      const stroke = wished.includes(binding) ? (wishes[binding.name] ?? "") : binding.stroke;
      const owner = this.bindings.get(stroke)?.name;
      if (owner === undefined) this.give(binding, stroke);
      else late.push([binding, { stroke, owner }]);
    }
    const clashes = late.map(([binding, clash]) => {
      const instead = [binding.stroke, ...SPARE_STROKES].find((one) => this.isFree(one)) ?? null;
      if (instead !== null) this.give(binding, instead);
      return { name: binding.name, ...clash, instead };
    });
    this.ofCommands = this.clashes = clashes;
  }

  /** The tags that can be chosen now: those without a wish get the digits that are free. */
  setTags(tags: readonly { tag: string }[]): void {
    this.tagStrokes = new Map();
    this.tagIndex = new Map();
    const clashes = [...this.ofCommands];
    const take = (tag: string, stroke: string) => {
      this.tagStrokes.set(tag, stroke);
      this.tagIndex.set(stroke, tags.findIndex((one) => one.tag === tag));
    };
    const late = new Map<string, Pick<Clash, "stroke" | "owner">>();
    for (const { tag } of tags) {
      const stroke = this.wishes[tag];
      if (stroke === undefined) continue;
      const owner = this.ownerOf(stroke, tags);
      if (owner === null) take(tag, stroke);
      else late.set(tag, { stroke, owner });
    }
    const digits = TAG_STROKES.filter((stroke) => this.isFree(stroke));
    for (const { tag } of tags) {
      if (this.tagStrokes.has(tag)) continue;
      const instead = digits.shift() ?? null;
      if (instead !== null) take(tag, instead);
      const clash = late.get(tag);
      if (clash) clashes.push({ name: tag, ...clash, instead });
    }
    this.clashes = clashes;
  }

  /** The stroke of a command; null without one. */
  strokeOf(name: string): string | null {
    return this.strokes.get(name) ?? null;
  }

  /** Whether there is such a command here. */
  knows(name: string): boolean {
    return Object.values(this.sections).some((own) => own.some((one) => one.name === name));
  }

  strokeOfTag(tag: string): string | null {
    return this.tagStrokes.get(tag) ?? null;
  }

  /** What a key press asks for; null if nothing. */
  commandOf(press: KeyPress): Command | null {
    if (press.altKey) return null;
    const stroke = strokeOf(press);
    const index = this.tagIndex.get(stroke);
    if (index !== undefined) return press.repeat ? null : { act: "tag", index };
    const binding = this.bindings.get(stroke);
    return binding && (binding.repeats || !press.repeat) ? binding.command : null;
  }

  private give(binding: Binding, stroke: string): void {
    this.bindings.set(stroke, binding);
    this.strokes.set(binding.name, stroke);
  }

  private isFree(stroke: string): boolean {
    return !this.bindings.has(stroke) && !this.tagIndex.has(stroke);
  }

  private ownerOf(stroke: string, tags: readonly { tag: string }[]): string | null {
    const index = this.tagIndex.get(stroke);
    return this.bindings.get(stroke)?.name ?? (index === undefined ? null : (tags[index]?.tag ?? null));
  }
}

/** The stroke of a press: by position, but with Ctrl by what is printed, as on the whole machine. */
function strokeOf(press: KeyPress): string {
  const shift = press.shiftKey ? "Shift+" : "";
  if (press.ctrlKey || press.metaKey) return `Ctrl+${shift}${press.key.toUpperCase()}`;
  const number = /^Numpad(\d)$/.exec(press.code)?.[1];
  // Without NumLock the number pad has arrows, and with Shift it loses its digits on some systems.
  if (number !== undefined) return press.key === number ? `Digit${number}` : press.key;
  return shift + (NUMPAD[press.code] ?? press.code);
}
