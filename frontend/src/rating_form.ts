// Where the judgement is made: tags, verdicts, mixture, turns, dimensions, what decided it.

import { Certainty } from "./certainty";
import { Chips, VerdictChip } from "./chips";
import { CuesNamed, cuesOf } from "./cues_named";
import { button, el, setText } from "./dom";
import * as drafts from "./draft";
import { OTHER, stepOf, stepsOf, type Draft } from "./draft";
import type { KeyNames } from "./key_names";
import type { Actions, Keymap } from "./keys";
import { MixtureBar } from "./mixture_bar";
import {
  roleOf,
  tagsFor,
  type Cue,
  type Dimension,
  type Tag,
  type Taxonomy,
  type Unit,
  type Verdict,
} from "./model";
import { keyInField, Note } from "./note";
import { nextQuickReason, Reason } from "./reason";
import { Scales } from "./scales";
import { clock, dimensionName, strings, tagName } from "./strings";
import { TagFinder } from "./tag_finder";
import { Turns } from "./turns";

export interface FormEvents {
  /** The rater changed something; `said` is for screen readers. */
  edited(draft: Draft, said: string): void;
  /** Something cannot be done; a sentence for everybody. */
  told(sentence: string): void;
  /** Give the keys back to the widget after a text field. */
  leave(): void;
  /** The rater asks for it to be saved, out of a text field. */
  save(): void;
  /** Second of the call that sounds, or where playing stopped; null at rest. */
  playhead(): number | null;
}

type Plain = Exclude<Verdict, "tagged">;

export class RatingForm {
  readonly element: HTMLElement;
  /** The note stands apart, beside the button that saves. */
  readonly note: readonly HTMLElement[];
  private readonly question = el("h3.wb-question");
  private readonly chips: Chips;
  private readonly finder: TagFinder;
  private readonly mixture: MixtureBar;
  private readonly turns: Turns;
  private readonly verdicts: Record<Plain, VerdictChip>;
  private readonly otherChip: VerdictChip;
  private readonly otherField = el("input.wb-field.wb-other", {
    type: "text",
    "aria-label": strings.other,
    placeholder: strings.otherPlaceholder,
    hidden: true,
  });
  private readonly scales: Scales;
  private readonly cues: CuesNamed;
  private readonly certainty: Certainty;
  private readonly clashes = el("p.wb-clashes.wb-muted", { role: "note" });
  private readonly noteField: Note | Reason;
  readonly actions = {
    tag: ({ index }) => this.touchAt(index),
    verdict: ({ verdict }) => this.toggleVerdict(verdict),
    score: ({ dimension, by }) => this.moveScore(dimension, by),
    share: ({ by }) => this.moveShare(by),
    noMixture: () => this.clearMixture(),
    certainty: ({ by }) => this.sure(drafts.moveCertainty(this.current, by)),
    cue: ({ cue }) => this.toggleCue(cue),
    shift: () => this.markShift(),
    other: () => this.toggleOther(),
    note: () => this.noteField.open(),
    quickReason: () => this.quickReason(),
    primary: () => this.primary(),
    find: () => this.finder.open(),
  } satisfies Partial<Actions>;
  private draft: Draft | null = null;
  private unit: Unit | null = null;
  private tags: readonly Tag[] = [];
  private touched: string | null = null;
  /** The moment of a turn that waits for the tag it turns to. */
  private turning: number | null = null;
  private readonly tagsByRole = new Map<string, Tag[]>();

  constructor(
    private readonly taxonomy: Taxonomy,
    private readonly keymap: Keymap,
    private readonly keys: KeyNames,
    private readonly events: FormEvents,
    signal: AbortSignal,
    /** Whether it is a decision, which has a reason instead of a note. */
    private readonly deciding = false,
  ) {
    const touch = (tag: string) => this.touch(tag);
    this.chips = new Chips(taxonomy.intensity_steps, keymap, keys, touch, signal);
    this.finder = new TagFinder(
      { filter: (text) => this.chips.filter(text), toggle: touch, leave: () => events.leave() },
      signal,
    );
    const find = button("wb-button wb-find-button", strings.find, () => this.finder.open(), {
      key: keys.cap("find"),
      signal,
    });
    this.mixture = new MixtureBar(
      keys,
      {
        moved: (place, by) => this.mix(drafts.boundaryMoved(this.current, place, by)),
        cleared: () => this.clearMixture(),
      },
      signal,
    );
    this.turns = new Turns((atS) => this.removeTurn(atS), signal);
    const verdict = (name: Plain) =>
      new VerdictChip(strings[name], keys.cap(name), () => this.toggleVerdict(name), signal);
    this.verdicts = {
      neutral: verdict("neutral"),
      unclear: verdict("unclear"),
      unusable: verdict("unusable"),
    };
    this.otherChip = new VerdictChip(
      strings.other,
      keys.cap("other"),
      () => this.toggleOther(),
      signal,
    );
    this.scales = new Scales(
      taxonomy.dimensions,
      keys,
      (dimension, step) => this.score(dimension, step),
      signal,
    );
    this.cues = new CuesNamed(keys, (cue) => this.toggleCue(cue), signal);
    this.certainty = new Certainty(
      keys,
      (step) => this.sure(drafts.setCertainty(this.current, step)),
      signal,
    );
    this.noteField = new (deciding ? Reason : Note)(
      keys,
      {
        typed: (text) => this.change(drafts.setNote(this.current, text), ""),
        leave: () => events.leave(),
        save: () => events.save(),
      },
      signal,
    );
    this.note = this.noteField.elements;
    this.element = el(
      "section.wb-form",
      { "aria-label": strings.tags },
      el("div.wb-asked", {}, this.question, this.finder.element, find),
      this.chips.element,
      this.mixture.element,
      this.turns.element,
      el(
        "div.wb-verdicts",
        { role: "group", "aria-label": strings.verdicts },
        ...Object.values(this.verdicts).map(({ element }) => element),
        this.otherChip.element,
        this.otherField,
      ),
      this.scales.element,
      deciding ? null : el("div.wb-reasons", {}, this.cues.element, this.certainty.element),
      this.clashes,
    );
    this.otherField.addEventListener(
      "input",
      () => this.change(drafts.setOther(this.current, this.otherField.value), ""),
      { signal },
    );
    this.otherField.addEventListener(
      "keydown",
      (event) => keyInField(event, () => events.leave()),
      { signal },
    );
  }

  /** Show the draft of a unit; afresh where the unit is another. */
  show(draft: Draft, unit: Unit, fresh: boolean): void {
    const focused = this.element.contains(document.activeElement);
    this.draft = draft;
    this.unit = unit;
    if (fresh) this.begin(unit);
    this.chips.show(draft.tags, draft.primary, draft.verdict !== null);
    this.mixture.show(drafts.mixtureOf(draft), draft.shares !== null, this.spokenOf());
    this.turns.show(draft.shifts, unit.start_s, this.turning);
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
    this.cues.show(draft.cues, unit.pass);
    this.certainty.show(draft.certainty);
    this.noteField.show(draft.note, fresh);
    const now = document.activeElement;
    if (focused && (!this.element.contains(now) || now?.closest("[hidden]"))) this.events.leave();
  }

  /** Close what floats over the form or waits; says whether anything did. */
  dismiss(): boolean {
    if (this.turning !== null) {
      this.turning = null;
      this.change(this.current, strings.said.turnLeftOpen);
      return true;
    }
    return this.chips.hideHint();
  }

  /** Put the cursor where something is missing. */
  focusOther(): void {
    this.otherField.focus();
  }

  private begin(unit: Unit): void {
    const role = roleOf(unit);
    this.touched = null;
    this.turning = null;
    this.finder.close();
    this.tags = this.tagsOf(role);
    this.keymap.setTags(this.tags);
    this.chips.setTags(this.tags);
    this.chips.heard = unit.pass !== "text";
    const { deciding } = strings;
    setText(this.question, this.deciding ? deciding.question : strings.question(role, unit.pass));
    const sentences = this.keymap.clashes.map(({ name, stroke, owner, instead }) =>
      strings.clash(name, this.keys.of(stroke), owner, instead && this.keys.of(instead)),
    );
    setText(this.clashes, sentences.join(" "));
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

  // ---- tags and verdicts ----------------------------------------------------------------

  private touchAt(index: number): void {
    const tag = this.tags[index];
    if (tag) this.touch(tag.tag);
  }

  private touch(tag: string): void {
    const steps = this.taxonomy.intensity_steps;
    if (this.turning !== null) {
      const on = tag in this.current.tags;
      this.turnTo(on ? this.current : drafts.setTag(this.current, tag, 1), tag);
      return;
    }
    const draft = drafts.stepTag(this.current, tag, steps);
    const step = draft.tags[tag] ?? 0;
    this.touched = step > 0 ? tag : null;
    const { on, off } = strings.said;
    this.change(draft, step > 0 ? on(tagName(tag), step, steps) : off(tagName(tag)));
  }

  private toggleVerdict(verdict: Plain): void {
    if (this.turning !== null && verdict === "neutral") {
      this.turnTo(this.current, verdict);
      return;
    }
    const draft = drafts.toggleVerdict(this.current, verdict);
    this.turning = null;
    this.change(draft, strings.said.onOff(strings[verdict], draft.verdict !== null));
  }

  private toggleOther(): void {
    const on = this.current.other === null;
    const draft = drafts.setOther(this.current, on ? "" : null);
    if (on && this.turning !== null) this.turnTo(draft, OTHER);
    else this.change(draft, strings.said.onOff(strings.other, on));
    this.touched = on ? OTHER : this.touched;
    if (on) this.otherField.focus();
  }

  /** The tag that keys speak of: touched last, else the main one, else the last that is on. */
  private spokenOf(): string | null {
    const heard = drafts.heardTags(this.current);
    const { primary } = this.current;
    if (this.touched !== null && heard.includes(this.touched)) return this.touched;
    return primary ?? heard.at(-1) ?? null;
  }

  private primary(): void {
    const tag = this.spokenOf();
    if (tag === null) {
      this.events.told(strings.said.noTag);
      return;
    }
    const draft = drafts.togglePrimary(this.current, tag);
    const said = draft.primary === null ? strings.said.notPrimary : strings.said.primary;
    this.change(draft, said(tagName(tag)));
  }

  // ---- mixture --------------------------------------------------------------------------

  private moveShare(by: number): void {
    const tag = this.spokenOf();
    if (tag === null || drafts.mixtureOf(this.current) === null) {
      this.events.told(strings.said.noMixture);
      return;
    }
    this.mix(drafts.shareMoved(this.current, tag, by));
  }

  private mix(draft: Draft): void {
    const shares = Object.entries(draft.shares ?? {});
    const told = shares.map(([tag, percent]) => strings.share(tagName(tag), percent));
    this.change(draft, told.join(", "));
  }

  private clearMixture(): void {
    if (this.current.shares === null) return;
    this.change(drafts.withoutMixture(this.current), strings.said.mixtureCleared);
  }

  // ---- turns ----------------------------------------------------------------------------

  private markShift(): void {
    const { unit, current } = this;
    const at = this.events.playhead();
    if (!unit || unit.pass === "text") return;
    if (at === null || at < unit.start_s || at > unit.end_s) {
      this.events.told(strings.said.noMoment);
      return;
    }
    // Hundredths are finer than a hand is; the ends stay ends.
    const atS = Math.max(unit.start_s, Math.min(unit.end_s, Math.round(at * 100) / 100));
    const draft = drafts.toggleShift(current, atS, this.spokenOf());
    const added = draft.shifts.length > current.shifts.length;
    this.turning = added ? atS : null;
    const said = added ? strings.said.turn : strings.said.noTurn;
    this.change(draft, said(clock(atS - unit.start_s, true)));
  }

  private turnTo(draft: Draft, tag: string): void {
    const atS = this.turning ?? 0;
    this.turning = null;
    this.touched = tag;
    this.change(drafts.turnsTo(draft, atS, tag), strings.said.turnsTo(tagName(tag)));
  }

  private removeTurn(atS: number): void {
    this.turning = null;
    const said = strings.said.noTurn(clock(atS - (this.unit?.start_s ?? 0), true));
    this.change(drafts.withoutShift(this.current, atS), said);
  }

  // ---- dimensions, certainty, what decided it ------------------------------------------

  private moveScore(index: number, by: 1 | -1): void {
    const dimension = this.taxonomy.dimensions[index];
    if (!dimension || this.current.verdict === "unusable") return;
    this.changeScore(drafts.moveScore(this.current, dimension, by), dimension);
  }

  private score(dimension: Dimension, step: number | null): void {
    if (this.current.verdict === "unusable") return;
    const value = step === null ? null : drafts.scoreAt(dimension, step);
    this.changeScore(drafts.setScore(this.current, dimension.dimension, value), dimension);
  }

  private changeScore(draft: Draft, dimension: Dimension): void {
    const step = stepOf(dimension, draft.scores[dimension.dimension]);
    const name = dimensionName(dimension.dimension);
    const { notSet, score } = strings.said;
    this.change(draft, step === null ? notSet(name) : score(name, step + 1, stepsOf(dimension)));
  }

  private sure(draft: Draft): void {
    const step = drafts.certaintyStep(draft.certainty);
    const said =
      step === null ? strings.said.notSet(strings.certainty) : strings.certaintySteps[step - 1];
    this.change(draft, said ?? "");
  }

  private quickReason(): void {
    const reason = nextQuickReason(this.current.note);
    this.change(drafts.setNote(this.current, reason), reason || strings.deciding.noReason);
  }

  private toggleCue(cue: Cue): void {
    if (!this.unit || !cuesOf(this.unit.pass).includes(cue)) return;
    const draft = drafts.toggleCue(this.current, cue);
    this.change(draft, strings.said.onOff(strings.cues[cue], draft.cues.includes(cue)));
  }

  private change(draft: Draft, said: string): void {
    const lost = this.draft?.shares && !draft.shares && said !== strings.said.mixtureCleared;
    this.draft = draft;
    this.events.edited(draft, lost ? `${said}. ${strings.said.mixtureCleared}` : said);
  }
}
