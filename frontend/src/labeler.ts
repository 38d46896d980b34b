// The Labeler: one unit at a time, heard, tagged and saved.

import type { AnyModel } from "@anywidget/types";
import { CallSource } from "./call_source";
import { Dialogue } from "./dialogue";
import { button, el, isTextField } from "./dom";
import { Header } from "./header";
import { KeyCard } from "./key_card";
import { KeyNames } from "./key_names";
import { Keymap, type Actions, type Command } from "./keys";
import {
  roleOf,
  tagsFor,
  unitsOf,
  type Call,
  type LabelerSetup,
  type Rating,
  type Unit,
} from "./model";
import { Notices } from "./notices";
import { Outbox } from "./outbox";
import { Overview } from "./overview";
import { laneOf, Playback } from "./playback";
import { RatingForm } from "./rating_form";
import { Sitting } from "./sitting";
import { Stage } from "./stage";
import { roleName, sentenceOf, speak, strings } from "./strings";
import { followTheme } from "./theme";
import { Transport } from "./transport";
import { Wire } from "./wire";

export class Labeler {
  private readonly life = new AbortController();
  private readonly keymap: Keymap;
  private readonly keys: KeyNames;
  private readonly units: Unit[];
  private readonly wire: Wire;
  private readonly source: CallSource;
  private readonly playback: Playback;
  private readonly outbox: Outbox;
  private readonly sitting: Sitting;
  private readonly notices: Notices;
  private readonly header: Header;
  private readonly overview: Overview;
  private readonly stage: Stage;
  private readonly transport: Transport;
  private readonly form: RatingForm;
  private readonly card: KeyCard;
  private readonly dialogue: Dialogue | null;
  private readonly actions: Actions;
  private call: Call | null = null;
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
    this.source = new CallSource(this.wire, () => this.stage.draw());
    this.playback = new Playback(this.source, {
      moved: (second) => this.playheadAt(second),
      changed: () => this.refresh(),
      failed: (error) => this.stage.say(sentenceOf(error)),
    });
    this.notices = new Notices(() => this.outbox.retry(), signal);
    this.header = new Header((command) => this.run(command), keys, signal);
    this.overview = new Overview(root, (index) => this.goTo(index), signal);
    this.stage = new Stage(root, this.source.windows, (at) => this.playback.seek(at), signal);
    this.transport = new Transport((command) => this.run(command), keys, signal);
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
        playhead: () => this.playback.positionS,
      },
      signal,
    );
    this.card = new KeyCard(setup.taxonomy, keymap, keys, () => this.takeFocus(), signal);
    this.dialogue = setup.has_words ? new Dialogue() : null;
    this.actions = this.actionsOf();
    root.classList.add("wb", "wb-labeler");
    if (this.units.length === 0) {
      root.append(el("p.wb-empty", {}, strings.noUnits));
      return;
    }
    this.build();
    followTheme(root, () => this.draw(), signal);
    this.show();
    void keys.load(root);
  }

  close(): void {
    this.life.abort();
    this.playback.close();
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
      this.overview.element,
      el(
        "div.wb-stage",
        {},
        el("div.wb-stage-main", {}, this.stage.element, this.transport.element),
        this.dialogue?.element ?? null,
      ),
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
    this.call = null;
    this.playback.turnTo(unit);
    this.notices.tell("");
    this.form.show(draft, unit, true);
    this.stage.show(unit, null);
    this.refresh();
    void this.load(unit);
  }

  private async load(unit: Unit): Promise<void> {
    const here = () => !this.life.signal.aborted && this.sitting.unit === unit;
    try {
      const call = await this.source.call(unit.call_id);
      if (!here()) return;
      this.call = call;
      this.stage.show(unit, call);
      this.refresh();
      await this.source.want(unit, call);
      const next = this.units[this.sitting.index + 1];
      if (next && here()) await this.source.want(next, await this.source.call(next.call_id));
    } catch (error) {
      if (here()) this.stage.say(sentenceOf(error));
    }
  }

  private refresh(): void {
    if (this.life.signal.aborted || this.units.length === 0) return;
    const { sitting, outbox, call } = this;
    const { unit, index } = sitting;
    const left = sitting.nLeft(outbox);
    this.header.show({
      callId: unit.call_id,
      details: this.setup.details[unit.call_id] ?? "",
      durationS: call?.duration_s ?? null,
      place: this.place(index),
      left: left === 0 ? strings.allRated : strings.left(sitting.minutesLeft(outbox)),
      edited: sitting.state(unit, outbox) === "edited",
      waiting: outbox.nWaiting,
      slow: outbox.slow,
      failed: outbox.failed.length,
      anySaved: left < this.units.length,
    });
    this.overview.show({
      call,
      units: this.units.flatMap((other, at) =>
        other.call_id === unit.call_id
          ? [{ unit: other, index: at, state: sitting.state(other, outbox) }]
          : [],
      ),
      current: index,
      place: this.place(index),
    });
    this.form.show(sitting.draft, unit, false);
    this.dialogue?.show(call, unit);
    const alone = call !== null && call.lanes.length > 1 && laneOf(call, unit) !== null;
    this.transport.show({
      playing: this.playback.playing,
      soloRole: alone ? roleName(unit.role) : null,
      solo: this.playback.solo,
      auto: this.auto,
    });
    this.tellFailures();
  }

  private draw(): void {
    this.overview.draw();
    this.stage.draw();
  }

  private playheadAt(second: number | null): void {
    const { unit } = this.sitting;
    this.stage.at(second);
    this.overview.at(second);
    this.transport.at((second ?? unit.start_s) - unit.start_s, unit.end_s - unit.start_s);
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
    this.playback.stop();
    const { sitting, outbox } = this;
    const { listening } = this.playback;
    const { item_id, call_id, start_s, end_s } = sitting.unit;
    const outcome = sitting.commit(
      {
        n_plays: listening.nPlays(item_id),
        heard_share: listening.share(call_id, start_s, end_s),
        heard_until_s: listening.until(call_id),
        text_seen: (this.call?.lines.length ?? 0) > 0,
      },
      outbox,
    );
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
    else if (this.auto && outcome.done === "sent") this.playback.replay();
  }

  /** Python says to all views of this widget that a rating is in the database. */
  private heardOfSaving(rating: Rating | undefined): void {
    if (!rating) return;
    this.sitting.keep(rating);
    this.outbox.settle(rating.rating_id);
    this.refresh();
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
      ...this.playback.actions,
      next: () => this.goTo(this.sitting.index + 1),
      previous: () => this.goTo(this.sitting.index - 1),
      save: () => this.save(),
      undo: () => this.undo(),
      solo: () => this.toggleSolo(),
      auto: () => this.toggleAuto(),
      card: () => this.toggleCard(),
      stop: () => this.escape(),
    };
  }

  private toggleSolo(): void {
    const { call } = this;
    const { unit } = this.sitting;
    if (!call || call.lanes.length < 2 || laneOf(call, unit) === null) return;
    this.playback.toggleSolo(call);
    const what = strings.solo(roleName(unit.role));
    this.notices.say(strings.said.onOff(what, this.playback.solo));
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
    else this.playback.stop();
  }

  private takeFocus(): void {
    this.root.focus({ preventScroll: true });
  }

  /** A click does not take the keys away from the widget. */
  private mousedown(event: MouseEvent): void {
    const target = event.target as HTMLElement;
    if (isTextField(target) || this.dialogue?.element.contains(target)) return;
    if (this.card.element.contains(target)) return;
    event.preventDefault();
    this.takeFocus();
  }
}
