// The Labeler: one unit at a time, heard, tagged and saved.

import type { AnyModel } from "@anywidget/types";
import { CallSource } from "./call_source";
import { Dialogue } from "./dialogue";
import { button, el, isTextField } from "./dom";
import type { Evidence } from "./evidence";
import { Header } from "./header";
import { KeyCard } from "./key_card";
import { KeyNames } from "./key_names";
import { commandOf, type Actions, type Command } from "./keys";
import {
  marksOf,
  roleOf,
  tagsFor,
  unitsOf,
  type Call,
  type LabelerSetup,
  type Mark,
  type Rating,
  type Unit,
} from "./model";
import type { Notices } from "./notices";
import type { Outbox } from "./outbox";
import { Overview } from "./overview";
import { laneOf, Playback } from "./playback";
import { RatingForm } from "./rating_form";
import { Round } from "./round";
import type { Sitting } from "./sitting";
import { Stage } from "./stage";
import { roleName, sentenceOf, speak, strings } from "./strings";
import { followTheme } from "./theme";
import { Transport } from "./transport";
import { Wire } from "./wire";

export class Labeler {
  private readonly life = new AbortController();
  private readonly keys = new KeyNames();
  private readonly wire: Wire;
  private readonly source: CallSource;
  private readonly playback: Playback;
  private readonly round: Round;
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
  private shown = false;
  private auto: boolean;

  constructor(
    model: AnyModel,
    private readonly root: HTMLElement,
    private readonly setup: LabelerSetup,
    saved: Record<string, Rating>,
    marks: Record<string, Omit<Mark, "item_id">>,
    reopen: (language: string) => void,
  ) {
    speak(setup.language);
    const { signal } = this.life;
    const { keys } = this;
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
        silence: () => this.playback.stop(),
        takeFocus: () => this.takeFocus(),
        place: (index) => this.place(index),
        evidence: (unit) => this.evidence(unit),
        play: ({ autoplay }) => (this.auto = autoplay),
        reopen,
      },
      signal,
    );
    ({ sitting: this.sitting, outbox: this.outbox, notices: this.notices } = this.round);
    this.wire.listen((message) => this.heardOfSaving(message["saved"] as Rating | undefined));
    this.source = new CallSource(this.wire, () => this.stage.draw());
    this.playback = new Playback(this.source, {
      moved: (second) => this.playheadAt(second),
      changed: () => this.refresh(),
      failed: (error) => this.stage.say(sentenceOf(error)),
    });
    this.header = new Header((command) => this.run(command), keys, signal);
    this.overview = new Overview(root, (index) => this.goTo(index), signal);
    this.stage = new Stage(root, this.source.windows, (at) => this.playback.seek(at), signal);
    this.transport = new Transport((command) => this.run(command), keys, signal);
    this.form = new RatingForm(
      setup.taxonomy,
      keys,
      {
        edited: (draft, said) => {
          this.sitting.draft = draft;
          this.round.edited();
          this.notices.say(said);
          this.notices.tell("");
          this.refresh();
        },
        leave: () => this.takeFocus(),
      },
      signal,
    );
    this.card = new KeyCard(setup.taxonomy, keys, () => this.takeFocus(), signal);
    this.dialogue = setup.has_words ? new Dialogue() : null;
    this.actions = this.actionsOf();
    root.classList.add("wb", "wb-labeler");
    if (this.units.length === 0) {
      root.append(el("p.wb-empty", {}, strings.noUnits));
      return;
    }
    this.build();
    followTheme(root, () => this.draw(), signal);
    void keys.load(root);
    void this.begin();
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
    this.life.abort();
    this.playback.close();
    this.wire.close();
  }

  private build(): void {
    const { root } = this;
    const { signal } = this.life;
    const save = button("wb-button wb-button-save", strings.save, () => this.save(), {
      key: this.keys.cap("Enter"),
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
    root.setAttribute("aria-label", strings.labeler);
    root.addEventListener("keydown", (event) => this.keydown(event), { signal });
    root.addEventListener("mousedown", (event) => this.mousedown(event), { signal });
  }

  // ---- showing -----------------------------------------------------------------------

  private show(): void {
    const { unit, draft } = this.sitting;
    this.call = null;
    this.shown = true;
    this.playback.turnTo(unit);
    this.notices.tell("");
    this.form.show(draft, roleOf(unit), true);
    this.stage.show(unit, null);
    this.refresh();
    this.round.arrived();
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
      const next = this.sitting.upNext;
      if (next && here()) await this.source.want(next, await this.source.call(next.call_id));
    } catch (error) {
      if (here()) this.stage.say(sentenceOf(error));
    }
  }

  private refresh(): void {
    if (this.life.signal.aborted || !this.shown) return;
    const { sitting, outbox, call } = this;
    const { unit, index } = sitting;
    const left = sitting.nLeft;
    this.header.show({
      callId: unit.call_id,
      details: this.setup.details[unit.call_id] ?? "",
      durationS: call?.duration_s ?? null,
      place: this.place(index),
      left: left === 0 ? strings.allRated : strings.left(sitting.minutesLeft),
      edited: sitting.state(unit, outbox) === "edited",
      waiting: outbox.nWaiting,
      slow: outbox.slow,
      trouble: outbox.trouble && (outbox.trouble.silent ? "silent" : "database"),
      failed: outbox.nRefused,
      anySaved: left < this.units.length,
    });
    this.overview.show({
      call,
      units: sitting.ofCall(unit.call_id).map((at) => {
        const other = this.units[at] as Unit;
        return { unit: other, index: at, state: sitting.state(other, outbox) };
      }),
      current: index,
      place: this.place(index),
    });
    this.form.show(sitting.draft, roleOf(unit), false);
    this.dialogue?.show(call, unit);
    const alone = call !== null && call.lanes.length > 1 && laneOf(call, unit) !== null;
    this.transport.show({
      playing: this.playback.playing,
      soloRole: alone ? roleName(unit.role) : null,
      solo: this.playback.solo,
      auto: this.auto,
    });
    this.round.tell();
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
    const outcome = sitting.commit(this.evidence(sitting.unit), outbox);
    if (outcome.done === "gap") {
      this.notices.tell(strings.gap[outcome.gap]);
      if (outcome.gap === "no_words") this.form.focusOther();
      return;
    }
    if (outcome.done === "unheard") {
      this.notices.tell(strings.unheard(outcome.share));
      return;
    }
    const moved = sitting.goToNextOpen();
    if (!moved && outcome.done === "unchanged") sitting.goTo(sitting.index + 1);
    this.takeFocus();
    this.show();
    if (!moved) this.notices.tell(strings.done);
    else if (this.auto && outcome.done === "sent") this.playback.replay();
  }

  private evidence({ item_id, call_id, start_s, end_s }: Unit): Evidence {
    const { listening } = this.playback;
    return {
      n_plays: listening.nPlays(item_id),
      heard_share: listening.share(call_id, start_s, end_s),
      heard_until_s: listening.until(call_id),
      text_seen: (this.call?.lines.length ?? 0) > 0,
    };
  }

  /** Python says to all views of this widget that a rating is in the database. */
  private heardOfSaving(rating: Rating | undefined): void {
    if (!rating) return;
    this.sitting.keep(rating);
    this.outbox.settle(rating.rating_id);
    this.sitting.recount(rating.item_id, this.outbox);
    this.refresh();
  }

  // ---- keys ----------------------------------------------------------------------------

  private keydown(event: KeyboardEvent): void {
    // Nothing that is typed here is meant for the notebook around us.
    event.stopPropagation();
    if (isTextField(event.target) || event.isComposing) return;
    const presses = event.code === "Space" || event.code === "Enter";
    if (presses && event.target instanceof HTMLButtonElement) return;
    if ((event.ctrlKey || event.metaKey) && event.code === "KeyS") event.preventDefault();
    const command = commandOf(event);
    if (!command || !this.shown || this.round.busy) return;
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
      ...this.round.actions,
      next: () => this.goTo(this.sitting.index + 1),
      previous: () => this.goTo(this.sitting.index - 1),
      save: () => this.save(),
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
    if (target.closest(".wb-card")) return;
    event.preventDefault();
    this.takeFocus();
  }
}
