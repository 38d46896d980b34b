// Where the judgement is made: tags, verdicts, dimensions, words.

import { Chips, VerdictChip } from "./chips";
import { button, el, setText } from "./dom";
import {
  moveScore,
  OTHER,
  setNote,
  setOther,
  setScore,
  stepOf,
  SCORE_STEPS,
  stepTag,
  togglePrimary,
  toggleVerdict,
  type Draft,
} from "./draft";
import type { KeyNames } from "./key_names";
import type { Actions } from "./keys";
import { tagsFor, type Dimension, type Tag, type Taxonomy, type Verdict } from "./model";
import { Scales } from "./scales";
import { dimensionName, strings } from "./strings";

export interface FormEvents {
  /** The rater changed something; `said` is for screen readers. */
  edited(draft: Draft, said: string): void;
  /** Give the keys back to the widget after a text field. */
  leave(): void;
}

type Plain = Exclude<Verdict, "tagged">;

export class RatingForm {
  readonly element: HTMLElement;
  /** The note stands apart, beside the button that saves. */
  readonly note: readonly [HTMLElement, HTMLElement];
  private readonly question = el("h3.wb-question");
  private readonly chips: Chips;
  private readonly verdicts: Record<Plain, VerdictChip>;
  private readonly otherChip: VerdictChip;
  private readonly otherField = el("input.wb-field.wb-other", {
    type: "text",
    "aria-label": strings.other,
    placeholder: strings.otherPlaceholder,
    hidden: true,
  });
  private readonly scales: Scales;
  private readonly noteField = el("textarea.wb-field.wb-note", {
    rows: 2,
    "aria-label": strings.note,
    placeholder: strings.notePlaceholder,
    hidden: true,
  });
  readonly actions = {
    tag: ({ index }) => this.touchAt(index),
    verdict: ({ verdict }) => this.toggleVerdict(verdict),
    score: ({ dimension, by }) => this.move(dimension, by),
    other: () => this.toggleOther(),
    note: () => this.openNote(),
    primary: () => this.primary(),
  } satisfies Partial<Actions>;
  private draft: Draft | null = null;
  private tags: readonly Tag[] = [];
  private touched: string | null = null;
  private noteOpen = false;
  private readonly tagsByRole = new Map<string, Tag[]>();

  constructor(
    private readonly taxonomy: Taxonomy,
    keys: KeyNames,
    private readonly events: FormEvents,
    signal: AbortSignal,
  ) {
    this.chips = new Chips(taxonomy.intensity_steps, keys, (tag) => this.touch(tag), signal);
    const verdict = (name: Plain, label: string, code: string) =>
      new VerdictChip(label, keys.cap(code), () => this.toggleVerdict(name), signal);
    this.verdicts = {
      neutral: verdict("neutral", strings.neutral, "Digit0"),
      unclear: verdict("unclear", strings.unclear, "KeyU"),
      unusable: verdict("unusable", strings.unusable, "KeyX"),
    };
    this.otherChip = new VerdictChip(
      strings.other,
      keys.cap("KeyO"),
      () => this.toggleOther(),
      signal,
    );
    this.scales = new Scales(
      taxonomy.dimensions,
      keys,
      (dimension, value) => this.score(dimension, value),
      signal,
    );
    const noteButton = button("wb-button wb-note-button", strings.note, () => this.openNote(), {
      key: keys.cap("KeyN"),
      signal,
    });
    this.note = [noteButton, this.noteField];
    this.element = el(
      "section.wb-form",
      { "aria-label": strings.tags },
      this.question,
      this.chips.element,
      el(
        "div.wb-verdicts",
        { role: "group", "aria-label": strings.verdicts },
        ...Object.values(this.verdicts).map(({ element }) => element),
        this.otherChip.element,
        this.otherField,
      ),
      this.scales.element,
    );
    this.otherField.addEventListener(
      "input",
      () => this.change(setOther(this.current, this.otherField.value), ""),
      { signal },
    );
    this.noteField.addEventListener(
      "input",
      () => this.change(setNote(this.current, this.noteField.value), ""),
      { signal },
    );
    this.otherField.addEventListener("keydown", (event) => this.inField(event), { signal });
    this.noteField.addEventListener("keydown", (event) => this.inField(event), { signal });
    this.noteField.addEventListener("blur", () => this.closeEmptyNote(), { signal });
  }

  /** Show the draft of a unit whose speaker has this role. */
  show(draft: Draft, role: string, fresh: boolean): void {
    this.draft = draft;
    if (fresh) {
      this.touched = null;
      this.noteOpen = draft.note !== "";
      this.tags = this.tagsOf(role);
      this.chips.setTags(this.tags);
      setText(this.question, strings.question(role));
    }
    const off = draft.verdict !== null;
    this.chips.show(draft.tags, draft.primary, off);
    for (const [name, chip] of Object.entries(this.verdicts)) {
      chip.show(draft.verdict === name);
    }
    this.otherChip.show(
      draft.other !== null,
      draft.primary === OTHER ? `${strings.other} ★` : strings.other,
    );
    this.otherField.hidden = draft.other === null;
    if (this.otherField.value !== (draft.other ?? "")) this.otherField.value = draft.other ?? "";
    this.scales.show(draft.scores, draft.verdict === "unusable");
    this.noteField.hidden = !this.noteOpen;
    if (this.noteField.value !== draft.note) this.noteField.value = draft.note;
  }

  /** The tag at a place in the list, as a digit key names it. */
  touchAt(index: number): void {
    const tag = this.tags[index];
    if (tag) this.touch(tag.tag);
  }

  toggleVerdict(verdict: Plain): void {
    const draft = toggleVerdict(this.current, verdict);
    this.change(draft, strings.said.onOff(strings[verdict], draft.verdict !== null));
  }

  toggleOther(): void {
    const on = this.current.other === null;
    this.touched = on ? OTHER : this.touched;
    this.change(setOther(this.current, on ? "" : null), strings.said.onOff(strings.other, on));
    if (on) this.otherField.focus();
  }

  primary(): void {
    const tag = this.touched ?? Object.keys(this.current.tags).at(-1) ?? null;
    const draft = tag === null ? this.current : togglePrimary(this.current, tag);
    if (tag === null || draft === this.current) {
      this.change(this.current, strings.said.noTag);
      return;
    }
    const said = draft.primary === null ? strings.said.notPrimary : strings.said.primary;
    this.change(draft, said(tag));
  }

  move(index: number, by: 1 | -1): void {
    const dimension = this.taxonomy.dimensions[index];
    if (!dimension || this.current.verdict === "unusable") return;
    this.changeScore(moveScore(this.current, dimension, by), dimension);
  }

  openNote(): void {
    this.noteOpen = true;
    this.noteField.hidden = false;
    this.noteField.focus();
  }

  /** Close what floats over the form; says whether anything did. */
  dismiss(): boolean {
    return this.chips.hideHint();
  }

  /** Put the cursor where something is missing. */
  focusOther(): void {
    this.otherField.focus();
  }

  private get current(): Draft {
    if (!this.draft) throw new Error("the form was used before it showed a draft");
    return this.draft;
  }

  private tagsOf(role: string): Tag[] {
    let tags = this.tagsByRole.get(role);
    if (!tags) this.tagsByRole.set(role, (tags = tagsFor(this.taxonomy, role)));
    return tags;
  }

  private touch(tag: string): void {
    const steps = this.taxonomy.intensity_steps;
    const draft = stepTag(this.current, tag, steps);
    const step = draft.tags[tag] ?? 0;
    this.touched = step > 0 ? tag : null;
    this.change(draft, step > 0 ? strings.said.on(tag, step, steps) : strings.said.off(tag));
  }

  private score(dimension: Dimension, value: number | null): void {
    this.changeScore(setScore(this.current, dimension.dimension, value), dimension);
  }

  private changeScore(draft: Draft, dimension: Dimension): void {
    const step = stepOf(dimension, draft.scores[dimension.dimension]);
    const name = dimensionName(dimension.dimension);
    const said =
      step === null
        ? strings.said.notSet(name)
        : strings.said.score(name, step + 1, SCORE_STEPS);
    this.change(draft, said);
  }

  private change(draft: Draft, said: string): void {
    this.draft = draft;
    this.events.edited(draft, said);
  }

  private inField(event: KeyboardEvent): void {
    event.stopPropagation();
    const leave =
      event.key === "Escape" || (event.key === "Enter" && (event.ctrlKey || event.metaKey));
    if (!leave || event.isComposing) return;
    event.preventDefault();
    this.events.leave();
  }

  private closeEmptyNote(): void {
    if (this.current.note !== "") return;
    this.noteOpen = false;
    this.noteField.hidden = true;
  }
}
