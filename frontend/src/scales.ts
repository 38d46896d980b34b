// The taxonomy's dimensions: steps between two words, valence and arousal as figures.

import { choices, el, setAttributes } from "./dom";
import { stepOf, stepsOf } from "./draft";
import { FIGURES } from "./figures";
import type { KeyNames } from "./key_names";
import type { Dimension } from "./model";
import { dimensionName, strings } from "./strings";

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
    private readonly choose: (dimension: Dimension, step: number | null) => void,
    signal: AbortSignal,
  ) {
    this.scales = dimensions.map((dimension, index) => this.make(dimension, index, signal));
  }

  show(scores: Readonly<Record<string, number>>, off: boolean): void {
    this.element.classList.toggle("wb-off", off);
    for (const { dimension, steps } of this.scales) {
      const chosen = stepOf(dimension, scores[dimension.dimension]);
      steps.forEach((step, i) => {
        setAttributes(step, { "aria-checked": String(i === chosen), "aria-disabled": off || null });
        step.tabIndex = i === (chosen ?? Math.floor(steps.length / 2)) ? 0 : -1;
      });
    }
  }

  private make(dimension: Dimension, index: number, signal: AbortSignal): Scale {
    const count = stepsOf(dimension);
    const figure = FIGURES[dimension.dimension];
    const steps = Array.from({ length: count }, (_, step) => {
      const share = step / (count - 1);
      const element = el(
        "button.wb-step",
        { type: "button", role: "radio", "aria-label": wordsOf(dimension, step) },
        figure ? figure(share) : dot(share),
      );
      element.title = wordsOf(dimension, step);
      element.addEventListener(
        "click",
        () => {
          const again = element.getAttribute("aria-checked") === "true";
          this.choose(dimension, again ? null : step);
        },
        { signal },
      );
      return element;
    });
    const name = dimensionName(dimension.dimension);
    const group = el("div.wb-steps", { role: "radiogroup", "aria-label": name }, ...steps);
    group.classList.toggle("wb-figures", figure !== undefined);
    choices(group, steps, (step) => this.choose(dimension, step), signal);
    const caps =
      index < 4
        ? [this.keys.cap(`score${index + 1}_down`), this.keys.cap(`score${index + 1}_up`)]
        : [];
    const scale = el(
      "div.wb-scale",
      {},
      el("span.wb-scale-name", {}, name, ...caps),
      group,
      el(
        "span.wb-scale-words",
        { "aria-hidden": "true" },
        el("span", {}, dimension.low_words),
        el("span", {}, dimension.high_words),
      ),
    );
    scale.style.setProperty("--wb-steps", String(count));
    this.element.append(scale);
    return { dimension, steps };
  }
}

/** A step in words: the ends have their own, those between are counted. */
function wordsOf(dimension: Dimension, step: number): string {
  const count = stepsOf(dimension);
  if (step === 0) return dimension.low_words;
  return step === count - 1 ? dimension.high_words : strings.step(step + 1, count);
}

function dot(share: number): HTMLElement {
  const dot = el("i");
  dot.style.width = dot.style.height = `${4 + 10 * share}px`;
  return dot;
}
