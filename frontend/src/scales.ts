// The taxonomy's dimensions: five steps each between two words.

import { el, setAttributes } from "./dom";
import { SCORE_STEPS, scoreAt, stepOf } from "./draft";
import type { KeyNames } from "./key_names";
import type { Dimension } from "./model";
import { dimensionName, strings } from "./strings";

const ARROWS = [
  ["ArrowLeft", "ArrowRight"],
  ["ArrowDown", "ArrowUp"],
];
const BIPOLAR = ["−−", "−", "0", "+", "++"];

interface Scale {
  dimension: Dimension;
  steps: HTMLButtonElement[];
}

export class Scales {
  readonly element = el("div.wb-scales");
  private readonly scales: Scale[];

  constructor(
    dimensions: readonly Dimension[],
    private readonly keys: KeyNames,
    private readonly choose: (dimension: Dimension, value: number | null) => void,
    signal: AbortSignal,
  ) {
    this.scales = dimensions.map((dimension, index) => this.make(dimension, index, signal));
  }

  show(scores: Readonly<Record<string, number>>, off: boolean): void {
    this.element.classList.toggle("wb-off", off);
    for (const { dimension, steps } of this.scales) {
      const chosen = stepOf(dimension, scores[dimension.dimension]);
      steps.forEach((step, i) => {
        setAttributes(step, { "aria-checked": String(i === chosen) });
        step.tabIndex = i === (chosen ?? (SCORE_STEPS - 1) / 2) ? 0 : -1;
      });
    }
  }

  private make(dimension: Dimension, index: number, signal: AbortSignal): Scale {
    const bipolar = dimension.low < 0;
    const steps = Array.from({ length: SCORE_STEPS }, (_, step) => {
      const words =
        step === 0
          ? dimension.low_words
          : step === SCORE_STEPS - 1
            ? dimension.high_words
            : strings.step(step + 1, SCORE_STEPS);
      const element = el(
        "button.wb-step",
        { type: "button", role: "radio", "aria-label": words },
        bipolar ? (BIPOLAR[step] ?? "") : el("i"),
      );
      element.addEventListener(
        "click",
        () => {
          const again = element.getAttribute("aria-checked") === "true";
          this.choose(dimension, again ? null : scoreAt(dimension, step));
        },
        { signal },
      );
      return element;
    });
    const name = dimensionName(dimension.dimension);
    const group = el(
      "div.wb-steps",
      { role: "radiogroup", "aria-label": name },
      ...steps,
    );
    group.addEventListener("keydown", (event) => this.move(event, dimension, steps), { signal });
    const keys = (ARROWS[index] ?? []).map((code) => this.keys.cap(code));
    this.element.append(
      el(
        "div.wb-scale",
        {},
        el("span.wb-scale-name", {}, name, ...keys),
        el("span.wb-scale-low", {}, dimension.low_words),
        group,
        el("span.wb-scale-high", {}, dimension.high_words),
      ),
    );
    return { dimension, steps };
  }

  private move(event: KeyboardEvent, dimension: Dimension, steps: HTMLButtonElement[]): void {
    const at = steps.indexOf(event.target as HTMLButtonElement);
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      event.stopPropagation();
      this.choose(dimension, null);
      return;
    }
    const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (by === undefined || at < 0) return;
    event.preventDefault();
    event.stopPropagation();
    const to = Math.max(0, Math.min(SCORE_STEPS - 1, at + by));
    this.choose(dimension, scoreAt(dimension, to));
    steps[to]?.focus();
  }
}
