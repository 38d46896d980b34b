// What made the rater decide: pitch, pace, pause, volume, words.

import { el } from "./dom";
import { VerdictChip } from "./chips";
import type { KeyNames } from "./key_names";
import { CUES, type Cue, type Pass } from "./model";
import { strings } from "./strings";

/** What can have decided it: no words where they are masked, nothing to ask where all is text. */
export function cuesOf(pass: Pass): readonly Cue[] {
  if (pass === "text") return [];
  return pass === "masked_voice" ? CUES.filter((cue) => cue !== "words") : CUES;
}

export class CuesNamed {
  readonly element: HTMLElement;
  private readonly chips: readonly (readonly [Cue, VerdictChip])[];

  constructor(keys: KeyNames, toggle: (cue: Cue) => void, signal: AbortSignal) {
    this.chips = CUES.map((cue) => {
      const chip = new VerdictChip(strings.cues[cue], keys.cap(`cue_${cue}`), () => toggle(cue), signal);
      return [cue, chip] as const;
    });
    this.element = el(
      "div.wb-cues",
      { role: "group", "aria-label": strings.cuesNamed },
      el("span.wb-label", {}, strings.cuesNamed),
      ...this.chips.map(([, chip]) => chip.element),
    );
  }

  show(named: readonly Cue[], pass: Pass): void {
    const asked = cuesOf(pass);
    this.element.hidden = asked.length === 0;
    for (const [cue, chip] of this.chips) {
      chip.element.hidden = !asked.includes(cue);
      chip.show(named.includes(cue));
    }
  }
}
