// Raters side by side, a column each: what they heard, how strongly, how mixed, how sure, their note.

import type { Dispute, Rater } from "./adjudicator";
import { nameOf, signed } from "./adjudicator";
import { el, type Child } from "./dom";
import { certaintyStep, OTHER } from "./draft";
import { FIGURES } from "./figures";
import { icon } from "./icons";
import type { Cue, Dimension, RatedTag, Taxonomy } from "./model";
import { dimensionName, strings, tagName } from "./strings";

type Cell = (rater: Rater) => Child[];

export class RatersTable {
  readonly element = el("div.wb-raters", {
    role: "region",
    tabindex: 0,
    "aria-label": strings.deciding.raters,
  });

  constructor(private readonly taxonomy: Taxonomy) {}

  /** Show the raters of a dispute, by name or by a letter. Rows that nobody filled are left out. */
  show({ raters, readings }: Dispute, named: boolean): void {
    const { deciding } = strings;
    const heads = raters.map((rater, place) => {
      const reading = readings.findIndex((own) => own.raters.includes(place));
      const name = named ? rater.name : deciding.rater(String.fromCharCode(65 + (place % 26)));
      const which = el("span.wb-muted", {}, deciding.readingOf(reading + 1));
      return el("th", { scope: "col" }, el("span.wb-rater", { dir: "auto" }, name), which);
    });
    const rows: [string, Cell][] = [
      [deciding.rows.heard, (rater) => this.heard(rater)],
      [deciding.rows.mixture, mixture],
      ...this.taxonomy.dimensions.map((dimension): [string, Cell] => [
        dimensionName(dimension.dimension),
        (rater) => score(rater, dimension),
      ]),
      [deciding.rows.certainty, certainty],
      [deciding.rows.cues, cues],
      [deciding.rows.note, note],
    ];
    const lines = rows.flatMap(([label, cell]) => {
      const cells = raters.map(cell);
      if (cells.every((children) => children.length === 0)) return [];
      const head = el("th", { scope: "row" }, label);
      return [el("tr", {}, head, ...cells.map((children) => el("td", {}, ...children)))];
    });
    this.element.replaceChildren(
      el(
        "table",
        {},
        el("thead", {}, el("tr", {}, el("td"), ...heads)),
        el("tbody", {}, ...lines),
      ),
    );
  }

  private heard(rater: Rater): Child[] {
    if (rater.tags.length === 0) return [el("span.wb-heard", {}, nameOf(rater))];
    return rater.tags.map((tag) => this.tag(tag, rater.other_words));
  }

  private tag({ tag, intensity, primary }: RatedTag, words: string | null): HTMLElement {
    const steps = this.taxonomy.intensity_steps;
    const step = intensity === null ? null : Math.round(intensity * steps);
    const name = tag === OTHER && words ? `“${words}”` : tagName(tag);
    const spoken = [
      ...(step === null ? [] : [strings.strength(step, steps)]),
      ...(primary ? [strings.primary] : []),
    ].join(", ");
    return el(
      "span.wb-heard",
      {},
      el("span", { dir: "auto" }, name),
      primary ? icon("primary") : null,
      step === null ? null : dots(step, steps),
      spoken ? el("span.wb-hidden", {}, `, ${spoken}`) : null,
    );
  }
}

function dots(on: number, of: number): HTMLElement {
  const all = Array.from({ length: of }, (_, at) => el(at < on ? "i.wb-on" : "i"));
  return el("span.wb-dots", { "aria-hidden": "true" }, ...all);
}

function mixture({ tags }: Rater): Child[] {
  const shares = tags.filter(({ share }) => share !== null);
  if (shares.length < 2) return [];
  const parts = shares.map(({ tag, share }) => {
    const part = el("span.wb-mix-part", { title: tagName(tag) }, String(Math.round(100 * (share ?? 0))));
    part.style.width = `${100 * (share ?? 0)}%`;
    return part;
  });
  const told = shares.map(({ tag, share }) => strings.share(tagName(tag), 100 * (share ?? 0)));
  return [
    el("span.wb-mix", { "aria-hidden": "true" }, ...parts),
    el("span.wb-hidden", {}, told.join(", ")),
  ];
}

function score({ scores }: Rater, { dimension, low, high }: Dimension): Child[] {
  const value = scores.find((one) => one.dimension === dimension)?.value;
  if (value === undefined) return [];
  const figure = FIGURES[dimension]?.((value - low) / (high - low)) ?? null;
  return [el("span.wb-score", {}, figure, signed(value))];
}

function certainty(rater: Rater): Child[] {
  const step = certaintyStep(rater.certainty);
  return step === null ? [] : [strings.certaintySteps[step - 1] ?? ""];
}

function cues({ cues_named }: Rater): Child[] {
  const named = (cues_named ?? "").split(" ").filter(Boolean);
  return named.length === 0 ? [] : [named.map((cue) => strings.cues[cue as Cue] ?? cue).join(", ")];
}

function note({ note: text }: Rater): Child[] {
  return text ? [el("div.wb-rater-note", { dir: "auto", tabindex: 0 }, text)] : [];
}
