// Keys by position (event.code), so that every keyboard layout works without AltGr.

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
  | "solo"
  | "auto"
  | "card"
  | "stop";

export type Command =
  | { act: "tag"; index: number }
  | { act: "verdict"; verdict: "neutral" | "unclear" | "unusable" }
  | { act: "score"; dimension: 0 | 1; by: 1 | -1 }
  | { act: Act };

/** What each command does. Every part of the widget brings those that are its own. */
export type Actions = {
  [A in Command["act"]]: (command: Extract<Command, { act: A }>) => void;
};

export interface KeyPress {
  code: string;
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  repeat: boolean;
}

const LETTERS: Record<string, Command> = {
  Space: { act: "play" },
  KeyR: { act: "replay" },
  KeyC: { act: "context" },
  KeyJ: { act: "previous" },
  KeyK: { act: "next" },
  KeyU: { act: "verdict", verdict: "unclear" },
  KeyX: { act: "verdict", verdict: "unusable" },
  KeyO: { act: "other" },
  KeyN: { act: "note" },
  KeyP: { act: "primary" },
  KeyS: { act: "solo" },
  KeyA: { act: "auto" },
  KeyH: { act: "card" },
  KeyG: { act: "list" },
  KeyI: { act: "flag" },
  Enter: { act: "save" },
  NumpadEnter: { act: "save" },
  Escape: { act: "stop" },
  ArrowLeft: { act: "score", dimension: 0, by: -1 },
  ArrowRight: { act: "score", dimension: 0, by: 1 },
  ArrowDown: { act: "score", dimension: 1, by: -1 },
  ArrowUp: { act: "score", dimension: 1, by: 1 },
};
const SHIFTED: Record<string, Command> = {
  KeyK: { act: "skip" },
  KeyL: { act: "leave" },
  KeyP: { act: "rest" },
};
const MAY_REPEAT = new Set(["KeyJ", "KeyK", "ArrowLeft", "ArrowRight", "ArrowDown", "ArrowUp"]);

/** What a key press asks for; null if nothing. */
export function commandOf(press: KeyPress): Command | null {
  if ((press.ctrlKey || press.metaKey) && !press.altKey) {
    // Undo is where the letter Z is printed, as everywhere else on the machine.
    if (press.key.toLowerCase() !== "z" || press.repeat) return null;
    return { act: press.shiftKey ? "takeBack" : "undo" };
  }
  if (press.ctrlKey || press.metaKey || press.altKey) return null;
  if (press.repeat && (press.shiftKey || !MAY_REPEAT.has(press.code))) return null;
  const digit = /^(Digit|Numpad)(\d)$/.exec(press.code);
  if (digit) {
    const number = Number(digit[2]);
    if (number === 0) return press.shiftKey ? null : { act: "verdict", verdict: "neutral" };
    const bank = press.shiftKey && digit[1] === "Digit" ? 9 : 0;
    return { act: "tag", index: bank + number - 1 };
  }
  return (press.shiftKey ? SHIFTED : LETTERS)[press.code] ?? null;
}

/** Code of the key that toggles the tag at a place; empty beyond the second bank. */
export function tagKey(index: number): { shift: boolean; code: string } | null {
  if (index >= 18) return null;
  return { shift: index >= 9, code: `Digit${(index % 9) + 1}` };
}
