// The Adjudicator: the Labeler with what raters heard side by side, to take a reading, mix or overrule.

import type { AnyModel } from "@anywidget/types";
import { ADJUDICATING } from "./adjudicator_keys";
import { button, el, rove, setAttributes, setText } from "./dom";
import { draftOf, gapOf, heardTags, verdictOf, type Draft, type Judgement } from "./draft";
import type { Addition, Extension, Host } from "./extension";
import type { RatedTag, Taxonomy, Unit, Verdict } from "./model";
import { RatersTable } from "./raters_table";
import { isReason } from "./reason";
import { strings, tagName } from "./strings";

export type Said = Omit<Judgement, "shifts">;

export interface Rater extends Said {
  name: string;
}

export interface Reading {
  verdict: Verdict;
  tags: RatedTag[];
  scores: { dimension: string; value: number }[];
  other_words: string | null;
  /** Places of those who heard it among the raters. */
  raters: number[];
}

export interface Dispute {
  mixture_bits: number | null;
  dispute_bits: number | null;
  unclear_share: number | null;
  raters: Rater[];
  /** That of most raters first. */
  readings: Reading[];
  /** The two strongest readings in one; null where there are no two tags. */
  mixture: Reading | null;
}

interface Setup {
  taxonomy: Taxonomy;
  has_words: boolean;
  hide_names: boolean;
}

const SPREAD_WORTH_TELLING = 0.5;
const READINGS_WITH_KEYS = 9;

/** What makes a Labeler an Adjudicator. */
export function adjudicationOf(model: AnyModel): Extension {
  const disputes = model.get("_disputes") as Record<string, Dispute>;
  const setup = model.get("_setup") as Setup;
  return {
    sections: ADJUDICATING,
    add: (host) => new Adjudication(host, setup, disputes),
  };
}

class Adjudication implements Addition {
  readonly element: HTMLElement;
  readonly actions = {
    reading: ({ index }: { index: number }) => this.take(index),
    mix: () => this.mix(),
    names: () => this.toggleNames(),
  };
  private readonly sentence = el("h3.wb-question");
  private readonly kind = el("p.wb-muted");
  private readonly choices = el("div.wb-choices", {
    role: "group",
    "aria-label": strings.deciding.decide,
  });
  private readonly raters: RatersTable;
  private readonly namesButton: HTMLButtonElement;
  private readonly textButton: HTMLButtonElement;
  private readonly mixButton: HTMLButtonElement;
  private buttons: HTMLButtonElement[] = [];
  private life = new AbortController();
  private at: string | null = null;
  private named: boolean;

  constructor(
    private readonly host: Host,
    private readonly setup: Setup,
    private readonly disputes: Readonly<Record<string, Dispute>>,
  ) {
    this.named = !setup.hide_names;
    const { keys, signal, run } = host;
    signal.addEventListener("abort", () => this.life.abort());
    const { deciding } = strings;
    const tool = (label: string, act: "names" | "text") =>
      button("wb-button wb-button-framed", label, () => run({ act }), { key: keys.cap(act), signal });
    this.namesButton = tool(this.named ? deciding.hideNames : deciding.showNames, "names");
    this.textButton = tool(deciding.showText, "text");
    this.mixButton = button("wb-chip wb-reading", strings.deciding.mix, () => this.mix(), {
      key: keys.cap("mix"),
      signal,
    });
    this.raters = new RatersTable(setup.taxonomy);
    this.element = el(
      "section.wb-dispute",
      { "aria-label": strings.deciding.readings },
      el(
        "div.wb-dispute-head",
        {},
        el("div.wb-dispute-words", {}, this.sentence, this.kind),
        this.textButton,
        this.namesButton,
      ),
      this.raters.element,
      this.choices,
    );
  }

  show(unit: Unit, draft: Draft, textSeen: boolean): void {
    const dispute = this.disputes[unit.item_id];
    this.element.hidden = dispute === undefined;
    if (!dispute) return;
    if (this.at !== unit.item_id) {
      this.at = unit.item_id;
      this.write(dispute);
    }
    const readable = unit.pass === "text" || unit.pass === "both";
    this.textButton.hidden = readable || textSeen || !this.setup.has_words;
    dispute.readings.forEach((reading, index) => {
      const on = isSame(reading, draft);
      this.buttons[index]?.setAttribute("aria-pressed", String(on));
    });
    const mixed = dispute.mixture !== null && isSame(dispute.mixture, draft);
    setAttributes(this.mixButton, { "aria-pressed": String(mixed) });
  }

  missing(draft: Draft): string {
    return gapOf(draft) === null && !isReason(draft.note) ? strings.deciding.reasonNeeded : "";
  }

  private get dispute(): Dispute | undefined {
    return this.disputes[this.at ?? ""];
  }

  private write(dispute: Dispute): void {
    setText(this.sentence, summaryOf(dispute.readings));
    setText(this.kind, kindOf(dispute));
    this.raters.show(dispute, this.named);
    this.life.abort();
    this.life = new AbortController();
    const { signal } = this.life;
    const { keys } = this.host;
    this.buttons = dispute.readings.map((reading, index) =>
      button(
        "wb-chip wb-reading",
        strings.deciding.take(nameOf(reading), reading.raters.length),
        () => this.take(index),
        index < READINGS_WITH_KEYS ? { key: keys.cap(`reading${index + 1}`), signal } : { signal },
      ),
    );
    this.mixButton.hidden = dispute.mixture === null;
    const all = [...this.buttons, this.mixButton];
    this.choices.replaceChildren(...all);
    rove(this.choices, () => all.filter(({ hidden }) => !hidden), signal);
  }

  private take(index: number): void {
    const reading = this.dispute?.readings[index];
    if (reading) this.decide(reading, nameOf(reading));
    else this.host.tell(strings.deciding.noReading(index + 1));
  }

  private mix(): void {
    const mixture = this.dispute?.mixture;
    if (mixture) this.decide(mixture, strings.deciding.mixOf(nameOf(mixture)));
    else this.host.tell(strings.deciding.nothingToMix);
  }

  /** Take over what was heard; the reason that is written already stays. */
  private decide(reading: Reading, name: string): void {
    const steps = this.setup.taxonomy.intensity_steps;
    const tags = reading.tags.map((tag) => ({ ...tag, intensity: tag.intensity ?? 1 / steps }));
    const own = { ...reading, tags, shifts: [], certainty: null, cues_named: null, note: null };
    const draft = { ...draftOf(own, steps), note: this.host.draft().note };
    this.host.edit(draft, strings.deciding.took(name));
  }

  private toggleNames(): void {
    this.named = !this.named;
    const { deciding } = strings;
    const label = this.namesButton.querySelector("span");
    if (label) setText(label, this.named ? deciding.hideNames : deciding.showNames);
    if (this.dispute) this.raters.show(this.dispute, this.named);
    this.host.say(
      this.named
        ? (this.dispute?.raters.map(({ name }) => name).join(", ") ?? "")
        : deciding.hideNames,
    );
  }
}

function isSame(reading: Reading, draft: Draft): boolean {
  const heard = heardTags(draft);
  return (
    verdictOf(draft) === reading.verdict &&
    heard.length === reading.tags.length &&
    reading.tags.every(({ tag }) => heard.includes(tag))
  );
}

export function nameOf({ verdict, tags }: Pick<Reading, "verdict" | "tags">): string {
  if (tags.length === 0) return strings.deciding.verdicts[verdict] ?? verdict;
  return tags.map(({ tag }) => tagName(tag)).join(" + ");
}

/** The two strongest readings side by side: "3 heard frustration, 2 resignation". */
export function summaryOf(readings: readonly Reading[]): string {
  const { heard, heardToo, verdictsHeard, others } = strings.deciding;
  let said = false;
  const parts = readings.slice(0, 2).map((reading) => {
    const count = reading.raters.length;
    if (reading.tags.length === 0) return verdictsHeard[reading.verdict]?.(count) ?? "";
    const again = said;
    said = true;
    return again ? heardToo(count, nameOf(reading)) : heard(count, nameOf(reading));
  });
  const rest = readings.slice(2).reduce((sum, { raters }) => sum + raters.length, 0);
  return [...parts, ...(rest > 0 ? [others(rest)] : [])].join(", ");
}

/** Whether they hear different things or agree that it is mixed; how far valence goes. */
export function kindOf({ readings, raters, dispute_bits, mixture_bits }: Dispute): string {
  const { deciding } = strings;
  const isMixed = dispute_bits !== null && mixture_bits !== null && mixture_bits > dispute_bits;
  const sentence =
    readings.length < 2 ? deciding.sameTags : isMixed ? deciding.mixed : deciding.disputed;
  const values = raters.flatMap(({ scores }) =>
    scores.filter(({ dimension }) => dimension === "valence").map(({ value }) => value),
  );
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const wide = values.length > 1 && high - low >= SPREAD_WORTH_TELLING;
  const bits =
    dispute_bits === null || mixture_bits === null ? "" : deciding.bits(dispute_bits, mixture_bits);
  return [sentence, wide ? deciding.valence(signed(low), signed(high)) : "", bits]
    .filter(Boolean)
    .join(" ");
}

/** A value on a scale, with its sign as print has it. */
export function signed(value: number): string {
  return strings.number(value).replace("-", "−");
}
