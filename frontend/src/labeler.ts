// The Labeler: one unit at a time, heard, tagged and saved.

import type { AnyModel } from "@anywidget/types";
import { Booth, type Correction } from "./booth";
import { button, el, isTextField } from "./dom";
import type { Draft } from "./draft";
import type { Addition, Extension } from "./extension";
import { Header } from "./header";
import { KeyCard } from "./key_card";
import { KeyNames } from "./key_names";
import { Keymap, type Command, type LabelerActions } from "./keys";
import { marksOf, roleOf, tagsFor, unitsOf } from "./model";
import type { Columns, LabelerSetup, Mark, Rating, Unit } from "./model";
import type { Notices } from "./notices";
import type { Outbox } from "./outbox";
import type { Place } from "./overview";
import { RatingForm } from "./rating_form";
import { Round } from "./round";
import type { Outcome, Sitting } from "./sitting";
import { roleName, sentenceOf, strings } from "./strings";
import { followTheme } from "./theme";
import { Turnover } from "./turnover";
import { Wire } from "./wire";

export class Labeler {
  private readonly life = new AbortController();
  private readonly keymap: Keymap;
  private readonly keys: KeyNames;
  private readonly wire: Wire;
  private readonly round: Round;
  private readonly outbox: Outbox;
  private readonly sitting: Sitting;
  private readonly notices: Notices;
  private readonly header: Header;
  private readonly booth: Booth;
  private readonly form: RatingForm;
  private readonly card: KeyCard;
  private readonly actions: LabelerActions;
  private readonly addition: Addition | undefined;
  private readonly turnover = new Turnover();
  private placesByCall = new Map<string, Place[]>();
  private shown = false;
  private ready: Promise<void> | undefined;
  private auto: boolean;
  private sending = false;

  constructor(
    model: AnyModel,
    private readonly root: HTMLElement,
    private readonly setup: LabelerSetup,
    saved: Record<string, Rating>,
    marks: Record<string, Omit<Mark, "item_id">>,
    reopen: (language: string) => void,
    extension?: Extension,
  ) {
    const { signal } = this.life;
    const keymap = (this.keymap = new Keymap(setup.keys, extension?.sections));
    const keys = (this.keys = new KeyNames(keymap));
    this.auto = setup.autoplay;
    this.wire = new Wire(model);
    this.round = new Round(
      setup,
      unitsOf(setup.units),
      saved,
      marksOf(marks),
      this.wire,
      keys,
      {
        show: () => this.show(),
        refresh: () => this.refresh(),
        silence: () => this.booth.stop(),
        takeFocus: () => this.takeFocus(),
        place: (index) => this.place(index),
        evidence: (unit) => this.booth.evidence(unit),
        play: ({ levelled, autoplay }) => {
          this.auto = autoplay;
          this.booth.level(levelled);
        },
        reopen,
      },
      signal,
    );
    ({ sitting: this.sitting, outbox: this.outbox, notices: this.notices } = this.round);
    this.wire.listen((message) => this.heardOfSaving(message["saved"] as Rating | undefined));
    this.header = new Header((command) => this.run(command), keys, signal);
    this.booth = new Booth(
      root,
      this.wire,
      setup,
      keys,
      {
        pick: (index) => this.goTo(index),
        changed: () => this.refresh(),
        say: (text) => this.notices.say(text),
        tell: (text) => this.notices.tell(text),
        correct: (unit, correction) => void this.correct(unit, correction),
        leave: () => this.takeFocus(),
      },
      (command) => this.run(command),
      signal,
    );
    this.form = new RatingForm(
      setup.taxonomy,
      keymap,
      keys,
      {
        edited: (draft, said) => this.edit(draft, said),
        save: () => this.save(),
        told: (sentence) => this.notices.tell(sentence),
        leave: () => this.takeFocus(),
        playhead: () => this.booth.positionS,
      },
      signal,
      extension !== undefined,
    );
    this.addition = extension?.add({
      root,
      keys,
      signal,
      run: (command) => this.run(command),
      edit: (draft, said) => this.edit(draft, said),
      draft: () => this.sitting.draft,
      say: (text) => this.notices.say(text),
      tell: (sentence) => this.notices.tell(sentence),
    });
    this.card = new KeyCard(setup.taxonomy, keymap, keys, () => this.takeFocus(), signal);
    this.actions = this.actionsOf();
    root.classList.add("wb", extension ? "wb-adjudicator" : "wb-labeler");
    if (this.units.length === 0) {
      root.append(el("p.wb-empty", {}, strings.noUnits));
      return;
    }
    this.build();
    followTheme(root, () => this.booth.draw(), signal);
    void keys.load(root);
    this.ready = this.begin();
  }

  /** Show the first item once it is known what an earlier page left. */
  private async begin(): Promise<void> {
    await this.round.begin();
    if (this.life.signal.aborted) return;
    this.show();
    this.round.welcome();
  }

  private get units(): readonly Unit[] {
    return this.sitting.units;
  }

  close(): void {
    this.turnover.forget();
    this.life.abort();
    this.booth.close();
    this.wire.close();
  }

  private build(): void {
    const { root, life: { signal } } = this;
    const save = button("wb-button wb-button-save", strings.save, () => this.save(), {
      key: this.keys.cap("save"),
      signal,
    });
    root.append(
      this.header.element,
      this.booth.overview.element,
      this.booth.element,
      ...(this.addition ? [this.addition.element] : []),
      this.form.element,
      el(
        "footer.wb-footer",
        {},
        ...this.form.note,
        el("span.wb-space"),
        el("span.wb-focus-hint", {}, strings.focusHint),
        save,
      ),
      this.round.flagField,
      this.notices.line,
      this.notices.trouble,
      this.round.restHint,
      this.round.tools,
      this.card.element,
      ...this.round.panels,
      this.notices.spoken,
    );
    root.tabIndex = 0;
    root.dataset["lmSuppressShortcuts"] = "true";
    root.setAttribute("role", "application");
    root.setAttribute("aria-label", this.addition ? strings.deciding.name : strings.labeler);
    root.addEventListener("keydown", (event) => this.keydown(event), { signal });
    root.addEventListener("mousedown", (event) => this.mousedown(event), { signal });
  }

  // ---- showing -----------------------------------------------------------------------

  private show(): void {
    const { unit, draft } = this.sitting;
    this.shown = true;
    this.notices.tell("");
    this.form.show(draft, unit, true);
    this.booth.show(unit, () => this.sitting.upNext ?? undefined);
    this.refresh();
    this.round.arrived();
  }

  private edit(draft: Draft, said: string): void {
    this.sitting.draft = draft;
    this.round.edited();
    this.notices.say(said);
    this.notices.tell("");
    this.refresh();
  }

  private refresh(): void {
    if (this.life.signal.aborted || !this.shown || this.sending) return;
    const { sitting, outbox, booth } = this;
    const { unit, index } = sitting;
    const left = sitting.nLeft;
    this.header.show({
      callId: unit.call_id,
      details: this.setup.details[unit.call_id] ?? "",
      durationS: booth.durationS,
      place: this.place(index),
      left: left === 0 ? strings.allRated : strings.left(sitting.minutesLeft),
      edited: sitting.state(unit, outbox) === "edited",
      waiting: outbox.nWaiting,
      slow: outbox.slow,
      trouble: outbox.trouble && (outbox.trouble.silent ? "silent" : "database"),
      failed: outbox.nRefused,
      anySaved: left < this.units.length,
    });
    this.form.show(sitting.draft, unit, false);
    booth.refresh({
      units: this.placesOf(unit.call_id),
      current: { unit, index },
      place: this.place(index),
      stateOf: (other) => sitting.state(other, outbox),
      auto: this.auto,
      shifts: sitting.draft.shifts,
    });
    this.addition?.show(unit, sitting.draft, booth.evidence(unit).text_seen);
    this.round.tell();
    if (this.turnover.waits && !outbox.of(unit.item_id)) setTimeout(() => this.turnover.now());
  }

  private placesOf(callId: string): readonly Place[] {
    let places = this.placesByCall.get(callId);
    if (!places) {
      places = this.sitting
        .ofCall(callId)
        .map((index) => ({ unit: this.units[index] as Unit, index }));
      this.placesByCall.set(callId, places);
    }
    return places;
  }

  private place(index: number): string {
    return strings.place(this.units[index]?.unit ?? "", index + 1, this.units.length);
  }

  // ---- going through the list ---------------------------------------------------------

  private goTo(index: number): void {
    this.turnover.now();
    if (index < 0 || index >= this.units.length) return;
    this.sitting.goTo(index);
    this.show();
    const { unit } = this.sitting;
    const state = strings.states[this.sitting.state(unit, this.outbox)];
    this.notices.say(`${this.place(index)}, ${roleName(unit.role)}, ${state}`);
  }

  private save(): void {
    this.turnover.now();
    const { sitting, booth } = this;
    if (booth.isMoved) {
      this.notices.tell(strings.hear.settleFirst);
      return;
    }
    booth.stop();
    const missing = this.addition?.missing(sitting.draft);
    if (missing) {
      this.notices.tell(missing);
      this.form.actions.note();
      return;
    }
    const outcome = this.commit();
    if (outcome.done === "gap") {
      this.notices.tell(strings.gap[outcome.gap]);
      if (outcome.gap === "no_words") this.form.focusOther();
      return;
    }
    if (outcome.done === "unheard") {
      this.notices.tell(strings.unheard(outcome.share));
      return;
    }
    const go = () => {
      const moved = sitting.goToNextOpen();
      if (!moved && outcome.done === "unchanged") sitting.goTo(sitting.index + 1);
      this.takeFocus();
      this.show();
      if (!moved) this.notices.tell(strings.done);
      else if (this.auto && outcome.done === "sent") booth.replay();
    };
    if (outcome.done === "unchanged") return go();
    this.turnover.soon(go, () => this.refresh());
  }

  private commit(): Outcome {
    this.sending = true;
    try {
      return this.sitting.commit(this.booth.evidence(this.sitting.unit), this.outbox);
    } finally {
      this.sending = false;
    }
  }

  /** Python says to all views of this widget that a rating is in the database. */
  private heardOfSaving(rating: Rating | undefined): void {
    if (!rating) return;
    this.sitting.keep(rating);
    this.outbox.settle(rating.rating_id);
    this.sitting.recount(rating.item_id, this.outbox);
    this.refresh();
  }

  /** Ask Python for other boundaries; what it makes of them takes the place of the old. */
  private async correct(unit: Unit, correction: Correction): Promise<void> {
    const none = { start_s: null, end_s: null, at_s: null, with_item_id: null };
    try {
      const { item_id } = unit;
      const answer = await this.wire.ask("correct", { item_id, ...none, ...correction });
      if (this.life.signal.aborted) return;
      this.booth.applied();
      this.replaceItems(answer["retired"] as string[], unitsOf(answer["units"] as Columns));
      this.notices.tell(String(answer["sentence"] ?? ""));
    } catch (error) {
      this.notices.tell(sentenceOf(error));
    }
  }

  private replaceItems(retired: string[], units: Unit[]): void {
    this.sitting.replace(retired, units);
    this.placesByCall = new Map();
    this.takeFocus();
    this.show();
  }

  // ---- keys ----------------------------------------------------------------------------

  private keydown(event: KeyboardEvent): void {
    // Nothing that is typed here is meant for the notebook around us.
    event.stopPropagation();
    if (isTextField(event.target) || event.isComposing) return;
    if (!this.shown) return void this.ready?.then(() => this.shown && this.keydown(event));
    const presses = event.code === "Space" || event.code === "Enter";
    if (presses && event.target instanceof HTMLButtonElement) return;
    if ((event.ctrlKey || event.metaKey) && event.code === "KeyS") event.preventDefault();
    this.keys.learn(event);
    this.turnover.now();
    const command = this.keymap.commandOf(event);
    if (!command || this.round.busy) return;
    if (this.card.open && command.act !== "card" && command.act !== "stop") return;
    event.preventDefault();
    this.run(command);
  }

  private run(command: Command): void {
    this.turnover.now();
    (this.actions[command.act] as ((command: Command) => void) | undefined)?.(command);
  }

  private actionsOf(): LabelerActions {
    return {
      ...this.addition?.actions,
      ...this.form.actions,
      ...this.booth.actions,
      ...this.round.actions,
      next: () => this.goTo(this.sitting.index + 1),
      previous: () => this.goTo(this.sitting.index - 1),
      save: () => this.save(),
      auto: () => this.toggleAuto(),
      card: () => this.toggleCard(),
      stop: () => this.escape(),
    };
  }

  private toggleAuto(): void {
    this.auto = !this.auto;
    this.notices.say(strings.said.onOff(strings.auto, this.auto));
    this.refresh();
  }

  private toggleCard(): void {
    if (this.card.open) this.card.close();
    else this.card.show(tagsFor(this.setup.taxonomy, roleOf(this.sitting.unit)));
  }

  private escape(): void {
    if (this.card.open) this.card.close();
    else if (this.form.dismiss()) return;
    else if (document.activeElement !== this.root) this.takeFocus();
    else this.booth.stop();
  }

  private takeFocus(): void {
    this.root.focus({ preventScroll: true });
  }

  /** A click does not take the keys away from the widget. */
  private mousedown(event: MouseEvent): void {
    this.turnover.now();
    const target = event.target as HTMLElement;
    if (isTextField(target) || target.closest(".wb-card")) return;
    if (target.closest(".wb-dialogue, .wb-stage-text") === target) return;
    event.preventDefault();
    this.takeFocus();
  }
}
