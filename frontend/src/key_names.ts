// What the rater's own keys print: as the browser tells, as presses show, else as on a US board.

import { el } from "./dom";
import type { Keymap, KeyPress } from "./keys";
import { strings } from "./strings";

type LayoutMap = { get(code: string): string | undefined };

const US: Record<string, string> = {
  Minus: "-",
  Equal: "=",
  BracketLeft: "[",
  BracketRight: "]",
  Backslash: "\\",
  Semicolon: ";",
  Quote: "'",
  Backquote: "`",
  Comma: ",",
  Period: ".",
  Slash: "/",
  IntlBackslash: "<",
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowDown: "↓",
  ArrowUp: "↑",
};

export class KeyNames {
  private layout: LayoutMap | null = null;
  private readonly seen = new Map<string, string>();
  private root: HTMLElement | null = null;

  constructor(private readonly keymap: Keymap) {}

  /** Ask the browser for the layout, and print it on the caps below an element. */
  async load(root: HTMLElement): Promise<void> {
    this.root = root;
    const keyboard = (navigator as { keyboard?: { getLayoutMap?(): Promise<LayoutMap> } }).keyboard;
    try {
      this.layout = (await keyboard?.getLayoutMap?.()) ?? null;
    } catch {
      return;
    }
    this.printAll();
  }

  /** A press shows what its key prints; that counts more than what the browser told. */
  learn(press: KeyPress): void {
    const letter = press.code.startsWith("Key");
    if (press.ctrlKey || press.metaKey || press.altKey || (press.shiftKey && !letter)) return;
    if (!(letter || press.code in US) || [...press.key].length !== 1) return;
    if (this.print(press.code) === upper(press.key)) return;
    this.seen.set(press.code, press.key);
    this.printAll();
  }

  /** The print of a stroke such as "Shift+KeyA". */
  of(stroke: string): string {
    const code = stroke.replace(/^(Ctrl\+)?(Shift\+)?/, "");
    const ctrl = stroke.startsWith("Ctrl+") ? `${strings.keyNames["Ctrl"]}+` : "";
    return ctrl + (stroke.includes("Shift+") ? "⇧" : "") + this.print(code);
  }

  /** The key of a command, by its name. Screen readers hear of keys from the key card instead. */
  cap(command: string): HTMLElement {
    return this.drawn(this.keymap.strokeOf(command));
  }

  /** Whether there is such a command here. */
  knows(command: string): boolean {
    return this.keymap.knows(command);
  }

  /** The key of a tag; without a stroke there is nothing to see. */
  drawn(stroke: string | null): HTMLElement {
    return el(
      "kbd.wb-key",
      { "aria-hidden": "true", "data-stroke": stroke, hidden: stroke === null },
      this.of(stroke ?? ""),
    );
  }

  private print(code: string): string {
    const digit = /^Digit(\d)$/.exec(code);
    const print =
      strings.keyNames[code] ??
      digit?.[1] ??
      this.seen.get(code) ??
      this.layout?.get(code) ??
      US[code] ??
      code.replace(/^Key/, "");
    return upper(print);
  }

  private printAll(): void {
    for (const cap of this.root?.querySelectorAll<HTMLElement>("kbd[data-stroke]") ?? []) {
      cap.textContent = this.of(cap.dataset["stroke"] ?? "");
    }
  }
}

/** One letter as its key shows it: ß has no capital there. */
function upper(print: string): string {
  const capital = print.toUpperCase();
  return [...print].length === 1 && [...capital].length === 1 ? capital : print;
}
