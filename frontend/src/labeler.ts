// The Labeler: one unit at a time, heard, tagged and saved.

import type { AnyModel } from "@anywidget/types";
import { Booth, type Correction } from "./booth";
import { button, el, isTextField } from "./dom";
import { Header } from "./header";
import { KeyCard } from "./key_card";
import { KeyNames } from "./key_names";
import { Keymap, type Actions, type Command } from "./keys";
import {
  roleOf,
  tagsFor,
  unitsOf,
  type Columns,
  type LabelerSetup,
  type Rating,
  type Unit,
} from "./model";
import { Notices } from "./notices";
import { Outbox } from "./outbox";
import type { Place } from "./overview";
import { RatingForm } from "./rating_form";
import { Sitting } from "./sitting";
import { roleName, sentenceOf, speak, strings } from "./strings";
import { followTheme } from "./theme";
import { Wire } from "./wire";

export class Labeler {
  private readonly life = new AbortController();
  private readonly keymap: Keymap;
  private readonly keys: KeyNames;
  private readonly units: Unit[];
  private readonly wire: Wire;
  private readonly outbox: Outbox;
  private readonly sitting: Sitting;
  private readonly notices: Notices;
  private readonly header: Header;
  private readonly booth: Booth;
  private readonly form: RatingForm;
  private readonly card: KeyCard;
  private readonly actions: Actions;
  private placesByCall = new Map<string, Place[]>();
  private auto: boolean;

  constructor(
    model: AnyModel,
    private readonly root: HTMLElement,
    private readonly setup: LabelerSetup,
    saved: Record<string, Rating>,
  ) {
    speak(setup.language);
    const { signal } = this.life;
    const keymap = (this.keymap = new Keymap(setup.keys));
    const keys = (this.keys = new KeyNames(keymap));
    this.units = unitsOf(setup.units);
    this.auto = setup.autoplay;
    this.sitting = new Sitting(this.units, saved, setup.taxonomy.intensity_steps);
    this.wire = new Wire(model);
    this.wire.listen((message) => this.heardOfSaving(message["saved"] as Rating | undefined));
    this.outbox = new Outbox({
      send: async (rating) => void (await this.wire.ask("save", { rating })),
      committed: (id) => this.sitting.savedId(id),
      saved: () => this.notices.say(strings.said.saved(this.sitting.nLeft(this.outbox))),
      changed: () => this.refresh(),
    });
    this.notices = new Notices(() => this.outbox.retry(), signal);
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
        edited: (draft, said) => {
          this.sitting.draft = draft;
          this.notices.say(said);
          this.notices.tell("");
          this.refresh();
        },
        told: (sentence) => this.notices.tell(sentence),
        leave: () => this.takeFocus(),
        playhead: () => this.booth.positionS,
      },
      signal,
    );
    this.card = new KeyCard(setup.taxonomy, keymap, keys, () => this.takeFocus(), signal);
    this.actions = this.actionsOf();
    root.classList.add("wb", "wb-labeler");
    if (this.units.length === 0) {
      root.append(el("p.wb-empty", {}, strings.noUnits));
      return;
    }
    this.build();
    followTheme(root, () => this.booth.draw(), signal);
    this.show();
    void keys.load(root);
  }

  close(): void {
    this.life.abort();
    this.booth.close();
    this.wire.close();
  }

  private build(): void {
    const { root } = this;
    const { signal } = this.life;
    const save = button("wb-button wb-button-save", strings.save, () => this.save(), {
      key: this.keys.cap("save"),
      signal,
    });
    root.append(
      this.header.element,
      this.booth.overview.element,
      this.booth.element,
      this.form.element,
      el(
        "footer.wb-footer",
        {},
        ...this.form.note,
        el("span.wb-space"),
        el("span.wb-focus-hint", {}, strings.focusHint),
        save,
      ),
      this.notices.line,
      this.card.element,
      this.notices.spoken,
    );
    root.tabIndex = 0;
    root.dataset["lmSuppressShortcuts"] = "true";
    root.setAttribute("role", "application");
    root.setAttribute("aria-label", strings.labeler);
    root.addEventListener("keydown", (event) => this.keydown(event), { signal });
    root.addEventListener("mousedown", (event) => this.mousedown(event), { signal });
  }

  // ---- showing -----------------------------------------------------------------------

  private show(): void {
    const { unit, draft } = this.sitting;
    this.notices.tell("");
    this.form.show(draft, unit, true);
    this.booth.show(unit, () => this.unitAfter());
    this.refresh();
  }

  /** What will probably be rated next: its audio is fetched in advance. */
  private unitAfter(): Unit | undefined {
    const { units, sitting, outbox } = this;
    const after = units.slice(sitting.index + 1);
    return after.find((unit) => !sitting.isRated(unit, outbox)) ?? after[0];
  }

  private refresh(): void {
    if (this.life.signal.aborted || this.units.length === 0) return;
    const { sitting, outbox, booth } = this;
    const { unit, index } = sitting;
    const left = sitting.nLeft(outbox);
    this.header.show({
      callId: unit.call_id,
      details: this.setup.details[unit.call_id] ?? "",
      durationS: booth.durationS,
      place: this.place(index),
      left: left === 0 ? strings.allRated : strings.left(sitting.minutesLeft(outbox)),
      edited: sitting.state(unit, outbox) === "edited",
      waiting: outbox.nWaiting,
      slow: outbox.slow,
      failed: outbox.failed.length,
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
    this.tellFailures();
  }

  private placesOf(callId: string): readonly Place[] {
    let places = this.placesByCall.get(callId);
    if (!places) {
      places = this.units
        .map((unit, index) => ({ unit, index }))
        .filter(({ unit }) => unit.call_id === callId);
      this.placesByCall.set(callId, places);
    }
    return places;
  }

  private place(index: number): string {
    return strings.place(this.units[index]?.unit ?? "", index + 1, this.units.length);
  }

  private tellFailures(): void {
    const { failed } = this.outbox;
    const last = failed.at(-1);
    if (!last) {
      this.notices.tellFailure("");
      return;
    }
    const id = last.rating.item_id;
    const place = this.place(this.units.findIndex((unit) => unit.item_id === id));
    this.notices.tellFailure(
      failed.length === 1
        ? strings.failedOne(place, last.sentence)
        : strings.failedMany(failed.length, last.sentence),
    );
  }

  // ---- going through the list ---------------------------------------------------------

  private goTo(index: number): void {
    if (index < 0 || index >= this.units.length) return;
    this.sitting.goTo(index);
    this.show();
    const { unit } = this.sitting;
    const state = strings.states[this.sitting.state(unit, this.outbox)];
    this.notices.say(`${this.place(index)}, ${roleName(unit.role)}, ${state}`);
  }

  private save(): void {
    const { sitting, outbox, booth } = this;
    if (booth.isMoved) {
      this.notices.tell(strings.hear.settleFirst);
      return;
    }
    booth.stop();
    const outcome = sitting.commit(booth.evidence(sitting.unit), outbox);
    if (outcome.done === "gap") {
      this.notices.tell(strings.gap[outcome.gap]);
      if (outcome.gap === "no_words") this.form.focusOther();
      return;
    }
    const moved = sitting.goToNextOpen(outbox);
    if (!moved && outcome.done === "unchanged") sitting.goTo(sitting.index + 1);
    this.takeFocus();
    this.show();
    if (!moved) this.notices.tell(strings.done);
    else if (this.auto && outcome.done === "sent") booth.replay();
  }

  /** Python says to all views of this widget that a rating is in the database. */
  private heardOfSaving(rating: Rating | undefined): void {
    if (!rating) return;
    this.sitting.keep(rating);
    this.outbox.settle(rating.rating_id);
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

  private undo(): void {
    if (!this.sitting.undo()) {
      this.notices.tell(strings.nothingToUndo);
      return;
    }
    this.show();
    this.notices.tell(strings.undone(this.place(this.sitting.index)));
  }

  // ---- keys ----------------------------------------------------------------------------

  private keydown(event: KeyboardEvent): void {
    // Nothing that is typed here is meant for the notebook around us.
    event.stopPropagation();
    if (isTextField(event.target) || event.isComposing) return;
    const presses = event.code === "Space" || event.code === "Enter";
    if (presses && event.target instanceof HTMLButtonElement) return;
    if ((event.ctrlKey || event.metaKey) && event.code === "KeyS") event.preventDefault();
    this.keys.learn(event);
    const command = this.keymap.commandOf(event);
    if (!command) return;
    if (this.card.open && command.act !== "card" && command.act !== "stop") return;
    event.preventDefault();
    this.run(command);
  }

  private run(command: Command): void {
    (this.actions[command.act] as (command: Command) => void)(command);
  }

  private actionsOf(): Actions {
    return {
      ...this.form.actions,
      ...this.booth.actions,
      next: () => this.goTo(this.sitting.index + 1),
      previous: () => this.goTo(this.sitting.index - 1),
      save: () => this.save(),
      undo: () => this.undo(),
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
    const target = event.target as HTMLElement;
    if (isTextField(target) || this.card.element.contains(target)) return;
    if (target.closest(".wb-dialogue, .wb-stage-text") === target) return;
    event.preventDefault();
    this.takeFocus();
  }
}
