// Moments where the feeling turns, as small chips that can be taken away.

import { el } from "./dom";
import { icon } from "./icons";
import type { Shift } from "./model";
import { clock, strings, tagName } from "./strings";

export class Turns {
  readonly element = el("div.wb-turns", { role: "group", "aria-label": strings.turns, hidden: true });
  private shown = "";

  constructor(
    private readonly remove: (atS: number) => void,
    private readonly signal: AbortSignal,
  ) {}

  /** @param startS Where the unit begins: times are told from there. @param open Of the mark that waits for its tag. */
  show(shifts: readonly Shift[], startS: number, open: number | null): void {
    this.element.hidden = shifts.length === 0;
    const now = JSON.stringify([shifts, startS, open]);
    if (now === this.shown) return;
    this.shown = now;
    this.element.replaceChildren(...shifts.map((shift) => this.chip(shift, startS, open)));
  }

  private chip(shift: Shift, startS: number, open: number | null): HTMLElement {
    const words = turnWords(shift, startS);
    const waits = shift.at_s === open;
    const shown = waits ? turnWords(shift, startS, strings.turnOpen) : words;
    const chip = el(
      "button.wb-turn",
      { type: "button", "aria-label": strings.removeTurn(words), title: strings.removeTurn(words) },
      el("span", {}, shown),
      icon("remove"),
    );
    chip.classList.toggle("wb-waits", waits);
    chip.addEventListener("click", () => this.remove(shift.at_s), { signal: this.signal });
    chip.addEventListener(
      "keydown",
      (event) => {
        if (event.key !== "Delete" && event.key !== "Backspace") return;
        event.preventDefault();
        event.stopPropagation();
        this.remove(shift.at_s);
      },
      { signal: this.signal },
    );
    return chip;
  }
}

/** A turn in words, such as "turns at 0:03.2, frustration → resignation". */
function turnWords(shift: Shift, startS: number, unnamed = "…"): string {
  const when = strings.turnsAt(clock(shift.at_s - startS, true));
  const { from_tag: from, to_tag: to } = shift;
  const end = to === null ? unnamed : tagName(to);
  if (from === null) return end === "…" ? when : `${when} → ${end}`;
  return `${when}, ${tagName(from)} → ${end}`;
}
