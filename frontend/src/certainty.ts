// How sure the rater is of the own rating: four dots.

import { choices, el, setAttributes, setText } from "./dom";
import { CERTAINTY_STEPS, certaintyStep } from "./draft";
import type { KeyNames } from "./key_names";
import { strings } from "./strings";

export class Certainty {
  readonly element: HTMLElement;
  private readonly dots: readonly HTMLButtonElement[];
  private readonly words = el("span.wb-certainty-words.wb-muted", { "aria-hidden": "true" });

  /** @param choose Takes a step from 1, or null to take it back. */
  constructor(keys: KeyNames, choose: (step: number | null) => void, signal: AbortSignal) {
    this.dots = strings.certaintySteps.map((words, at) => {
      const dot = el("button.wb-sure", {
        type: "button",
        role: "radio",
        "aria-label": words,
        title: words,
      });
      const again = () => dot.getAttribute("aria-checked") === "true";
      dot.addEventListener("click", () => choose(again() ? null : at + 1), { signal });
      return dot;
    });
    const group = el(
      "div.wb-sures",
      { role: "radiogroup", "aria-label": strings.certainty },
      ...this.dots,
    );
    choices(group, this.dots, (at) => choose(at === null ? null : at + 1), signal);
    this.element = el(
      "div.wb-certainty",
      {},
      el("span.wb-label", {}, strings.certainty),
      keys.cap("less_sure"),
      group,
      keys.cap("surer"),
      this.words,
    );
  }

  show(certainty: number | null): void {
    const step = certaintyStep(certainty);
    this.dots.forEach((dot, at) => {
      dot.classList.toggle("wb-on", step !== null && at < step);
      setAttributes(dot, { "aria-checked": String(step === at + 1) });
      dot.tabIndex = at + 1 === (step ?? CERTAINTY_STEPS / 2) ? 0 : -1;
    });
    setText(this.words, step === null ? strings.notSet : (strings.certaintySteps[step - 1] ?? ""));
  }
}
