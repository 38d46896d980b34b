// What the rater's own keys print, where the browser tells; else the US print.

import { el } from "./dom";

type LayoutMap = { get(code: string): string | undefined };

const FIXED: Record<string, string> = {
  Space: "Space",
  Enter: "Enter",
  Escape: "Esc",
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowDown: "↓",
  ArrowUp: "↑",
  Comma: ",",
  Period: ".",
};

export class KeyNames {
  private layout: LayoutMap | null = null;

  /** Ask the browser for the layout, and print it on the caps below an element. */
  async load(root: HTMLElement): Promise<void> {
    const keyboard = (navigator as { keyboard?: { getLayoutMap?(): Promise<LayoutMap> } }).keyboard;
    try {
      this.layout = (await keyboard?.getLayoutMap?.()) ?? null;
    } catch {
      return;
    }
    for (const cap of root.querySelectorAll<HTMLElement>("kbd[data-code]")) {
      cap.textContent = this.print(cap.dataset["code"] ?? "", "shift" in cap.dataset);
    }
  }

  of(code: string): string {
    const digit = /^Digit(\d)$/.exec(code);
    if (digit) return digit[1] ?? code;
    return FIXED[code] ?? (this.layout?.get(code) ?? code.replace(/^Key/, "")).toUpperCase();
  }

  /** The print of a key. Screen readers hear of keys from the key card instead. */
  cap(code: string, shift = false): HTMLElement {
    return el(
      "kbd.wb-key",
      { "aria-hidden": "true", "data-code": code, "data-shift": shift || null },
      this.print(code, shift),
    );
  }

  private print(code: string, shift: boolean): string {
    return `${shift ? "⇧" : ""}${this.of(code)}`;
  }
}
