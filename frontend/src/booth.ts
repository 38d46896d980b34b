// The listening booth: everything that is heard and seen of the call, kept together.

import { CallSource } from "./call_source";
import { Dialogue, belongs } from "./dialogue";
import { el } from "./dom";
import type { KeyNames } from "./key_names";
import type { Actions, Command } from "./keys";
import type { Call, Shift, Unit } from "./model";
import { nextOf, turnBefore } from "./neighbours";
import { Overview, type OverviewState } from "./overview";
import { Pictures, type Picture } from "./picture";
import type { Shown } from "./picture_paint";
import { laneOf, Playback } from "./playback";
import { Regions, SHORTEST_S } from "./regions";
import type { Evidence } from "./sitting";
import { Stage } from "./stage";
import { roleName, sentenceOf, strings } from "./strings";
import { Transport } from "./transport";
import { LONGEST_FROM_SAMPLES_S } from "./view";
import type { Wire } from "./wire";

/** What Python is asked to change about an utterance. */
export type Correction =
  | { kind: "moved"; start_s: number; end_s: number }
  | { kind: "split"; at_s: number }
  | { kind: "merge"; with_item_id: string };

export interface BoothEvents {
  pick(index: number): void;
  changed(): void;
  /** For screen readers. */
  say(text: string): void;
  /** Under the widget. */
  tell(text: string): void;
  correct(unit: Unit, correction: Correction): void;
  /** Give the keys back to the widget. */
  leave(): void;
}

export interface BoothState extends Omit<OverviewState, "call"> {
  auto: boolean;
  shifts: readonly Shift[];
}

export interface BoothSetup {
  has_words: boolean;
  has_pictures?: boolean;
  can_correct?: boolean;
}

export class Booth {
  readonly overview: Overview;
  /** Waveform, buttons and dialogue. */
  readonly element: HTMLElement;
  private readonly source: CallSource;
  private readonly playback: Playback;
  private readonly stage: Stage;
  private readonly regions: Regions;
  private readonly transport: Transport;
  private readonly dialogue: Dialogue | null;
  private readonly pictures: Pictures;
  private readonly shown: Shown = { spectrogram: false, pitch: false, level: false };
  private levelled = false;
  /** Items whose words were asked for in a pass that hides them. */
  private readonly textAsked = new Set<string>();
  private unit: Unit | null = null;
  private units: BoothState["units"] = [];
  private call: Call | null = null;

  readonly actions;

  constructor(
    root: HTMLElement,
    wire: Wire,
    private readonly setup: BoothSetup,
    keys: KeyNames,
    private readonly events: BoothEvents,
    run: (command: Command) => void,
    private readonly signal: AbortSignal,
  ) {
    this.source = new CallSource(wire, () => this.stage.draw());
    this.playback = new Playback(this.source, {
      moved: (second) => this.playheadAt(second),
      changed: () => this.events.changed(),
      failed: (error) => this.stage.say(sentenceOf(error)),
      unheard: () => this.events.tell(strings.hear.readNotHeard),
    });
    this.pictures = new Pictures((wanted) => wire.ask("picture", { ...wanted }));
    this.overview = new Overview(root, (index) => this.events.pick(index), signal);
    this.stage = new Stage(root, this.source.windows, (at) => this.playback.seek(at), signal);
    this.regions = new Regions(
      this.stage.element,
      keys,
      {
        moved: (said) => {
          this.showEdges();
          this.events.say(said);
        },
        apply: ({ startS, endS }) => this.correct({ kind: "moved", start_s: startS, end_s: endS }),
        leave: () => this.events.leave(),
      },
      signal,
    );
    this.transport = new Transport(
      run,
      { speed: () => this.changeSpeed(null), levelled: () => this.toggleLevelled() },
      keys,
      signal,
    );
    this.dialogue = setup.has_words
      ? new Dialogue((line) => this.playback.playSpan(line.start_s, line.end_s), signal)
      : null;
    this.element = el(
      "div.wb-stage",
      {},
      el(
        "div.wb-stage-main",
        {},
        this.stage.element,
        this.regions.bar,
        this.transport.element,
      ),
      this.dialogue?.element ?? null,
    );
    this.actions = {
      ...this.playback.actions,
      turnBefore: () => this.playTurnBefore(),
      loop: () => this.toggleLoop(),
      slower: () => this.changeSpeed(-1),
      faster: () => this.changeSpeed(1),
      solo: () => this.toggleSolo(),
      spectrogram: () => this.toggleShown("spectrogram"),
      pitch: () => this.toggleShown("pitch"),
      level: () => this.toggleShown("level"),
      split: () => this.split(),
      merge: () => this.merge(),
      text: () => {
        if (this.unit) this.textAsked.add(this.unit.item_id);
        this.events.changed();
      },
    } satisfies Partial<Actions>;
  }

  close(): void {
    this.playback.close();
  }

  /** Second of the call that sounds, or where playing was stopped; null at rest. */
  get positionS(): number | null {
    return this.playback.positionS;
  }

  /** The second that sounds, or at which playing goes on. */
  get at(): number {
    return this.playback.at;
  }

  /** Whether a boundary was moved and neither applied nor taken back. */
  get isMoved(): boolean {
    return this.unit !== null && this.regions.isMoved(this.unit);
  }

  get durationS(): number | null {
    return this.call?.duration_s ?? null;
  }

  stop(): void {
    this.playback.stop();
  }

  /** Play the unit, where its pass is heard. */
  replay(): void {
    if (this.unit?.pass !== "text") this.playback.replay();
  }

  evidence(unit: Unit): Evidence {
    const { listening } = this.playback;
    return {
      n_plays: listening.nPlays(unit.item_id),
      heard_share: listening.share(unit.item_id, unit.start_s, unit.end_s),
      heard_until_s: listening.until(unit.call_id),
      text_seen: this.seesText(unit) && (this.call?.lines.length ?? 0) > 0,
    };
  }

  /** Turn to a unit, in silence; `next` will probably be the one after it. */
  show(unit: Unit, next: () => Unit | undefined): void {
    if (unit.call_id !== this.unit?.call_id) this.call = null;
    this.unit = unit;
    this.playback.turnTo(unit);
    this.present(unit);
    void this.load(unit, next);
  }

  refresh(state: BoothState): void {
    const { unit, call } = this;
    if (!unit) return;
    this.units = state.units;
    this.overview.show({ ...state, call });
    this.stage.marks(state.shifts);
    if (this.dialogue) {
      this.dialogue.element.hidden = !this.seesText(unit);
      if (this.seesText(unit)) this.dialogue.show(call, unit);
    }
    const alone = call !== null && call.lanes.length > 1 && laneOf(call, unit) !== null;
    this.transport.element.hidden = unit.pass === "text";
    this.transport.show({
      playing: this.playback.playing,
      soloRole: alone ? roleName(unit.role) : null,
      solo: this.playback.solo,
      loop: this.playback.loop,
      speed: this.playback.speed,
      levelled: gainsOf(call).length > 0 ? this.levelled : null,
      auto: state.auto,
      shown: this.setup.has_pictures ? this.shown : null,
      masked: unit.pass === "masked_voice",
      correctable: this.correctable,
    });
  }

  draw(): void {
    this.overview.draw();
    this.stage.draw();
  }

  /** Forget a moved boundary: it was applied. */
  applied(): void {
    this.regions.takeBack("");
  }

  private async load(unit: Unit, next: () => Unit | undefined): Promise<void> {
    const here = () => !this.signal.aborted && this.unit === unit;
    try {
      const call = await this.source.call(unit.call_id);
      if (!here()) return;
      if (call !== this.call) {
        this.call = call;
        this.playback.level(this.levelled ? gainsOf(call) : []);
        this.present(unit);
        this.events.changed();
      }
      await this.source.want(unit, call);
      const after = next();
      if (after && here()) await this.source.want(after, await this.source.call(after.call_id));
    } catch (error) {
      if (here()) this.stage.say(sentenceOf(error));
    }
  }

  private present(unit: Unit): void {
    const { call } = this;
    this.stage.show(unit, call);
    if (call && unit.pass === "text") this.stage.read(this.wordsOf(unit, call));
    this.showEdges();
    void this.showPicture();
  }

  private wordsOf(unit: Unit, call: Call): string[] {
    const lines = call.lines.filter((line) => belongs(line, unit)).map(({ text }) => text);
    return lines.length > 0 ? lines : [strings.hear.noWordsHere];
  }

  private playheadAt(second: number | null): void {
    const { unit } = this;
    if (!unit) return;
    this.stage.at(second);
    this.overview.at(second);
    this.dialogue?.at(this.playback.playing ? second : null);
    this.transport.at((second ?? unit.start_s) - unit.start_s, unit.end_s - unit.start_s);
  }

  // ---- how it sounds -------------------------------------------------------------------

  private playTurnBefore(): void {
    const { unit, call } = this;
    if (!unit || !call) return;
    const spoken = call.lines.length > 0 ? call.lines : this.units.map((place) => place.unit);
    const turn = turnBefore(spoken, unit.start_s);
    if (turn) this.playback.playSpan(turn.startS, turn.endS);
    else this.events.tell(strings.hear.noTurnBefore);
  }

  private toggleLoop(): void {
    this.playback.loop = !this.playback.loop;
    this.events.say(strings.said.onOff(strings.hear.loop, this.playback.loop));
    this.events.changed();
  }

  private changeSpeed(by: 1 | -1 | null): void {
    this.playback.changeSpeed(by);
    this.events.say(strings.hear.speedNow(this.playback.speed));
  }

  private toggleSolo(): void {
    const { call, unit } = this;
    if (!call || !unit || call.lanes.length < 2 || laneOf(call, unit) === null) return;
    this.playback.toggleSolo(call);
    this.events.say(strings.said.onOff(strings.solo(roleName(unit.role)), this.playback.solo));
  }

  /** Play all calls about equally loud, or as they were recorded. */
  level(levelled: boolean): void {
    this.levelled = levelled;
    this.playback.level(levelled ? gainsOf(this.call) : []);
  }

  private toggleLevelled(): void {
    this.level(!this.levelled);
    this.events.say(strings.said.onOff(strings.hear.levelled, this.levelled));
  }

  private seesText(unit: Unit): boolean {
    return showsText(unit) || this.textAsked.has(unit.item_id);
  }

  // ---- pictures --------------------------------------------------------------------------

  private toggleShown(what: keyof Shown): void {
    const { unit } = this;
    if (!this.setup.has_pictures || !unit || unit.pass === "text") return;
    if (what === "spectrogram" && unit.pass === "masked_voice") {
      this.events.tell(strings.hear.maskedSpectrogram);
      return;
    }
    this.shown[what] = !this.shown[what];
    this.events.say(strings.said.onOff(strings.hear[what], this.shown[what]));
    this.events.changed();
    void this.showPicture();
  }

  private async showPicture(): Promise<void> {
    const { unit, call } = this;
    if (!unit || !call) return;
    const read = unit.pass === "text";
    const shown: Shown = {
      spectrogram: this.shown.spectrogram && !read && unit.pass !== "masked_voice",
      pitch: this.shown.pitch && !read,
      level: this.shown.level && !read,
    };
    const { startS, endS } = this.stage.view;
    const tooLong = endS - startS > LONGEST_FROM_SAMPLES_S;
    this.stage.below(shown, null, tooLong ? strings.hear.pictureTooLong : strings.hear.measuring);
    const channel = unit.channel ?? call.lanes[0]?.channel;
    const any = shown.spectrogram || shown.pitch || shown.level;
    if (!any || tooLong || channel === undefined) return;
    const wanted = { call_id: unit.call_id, channel, start_s: startS, end_s: endS };
    const here = () => !this.signal.aborted && this.unit === unit && this.call === call;
    let [picture, sentence]: [Picture | null, string] = [null, ""];
    try {
      picture = await this.pictures.get(wanted);
    } catch (error) {
      sentence = sentenceOf(error);
    }
    if (here()) this.stage.below(this.visible(shown), picture, sentence);
  }

  /** What is wanted may have changed while the picture was on its way. */
  private visible(shown: Shown): Shown {
    return {
      spectrogram: shown.spectrogram && this.shown.spectrogram,
      pitch: this.shown.pitch,
      level: this.shown.level,
    };
  }

  // ---- boundaries ------------------------------------------------------------------------

  private get correctable(): boolean {
    const { unit, call } = this;
    const one = unit !== null && unit.channel !== null && unit.unit !== "call";
    return this.setup.can_correct === true && call !== null && one && unit.pass !== "text";
  }

  private showEdges(): void {
    const { unit } = this;
    if (!unit) return;
    this.regions.show(unit, this.stage.view, this.correctable);
    this.stage.edge(this.regions.edges(unit), this.regions.isMoved(unit));
  }

  private split(): void {
    const { unit } = this;
    if (!unit || !this.correctable || !this.settled()) return;
    const at = Math.round(this.playback.at * 1000) / 1000;
    const inside = at >= unit.start_s + SHORTEST_S && at <= unit.end_s - SHORTEST_S;
    if (inside) this.correct({ kind: "split", at_s: at });
    else this.events.tell(strings.hear.splitWhere);
  }

  private merge(): void {
    const { unit } = this;
    if (!unit || !this.correctable || !this.settled()) return;
    const after = nextOf(unit, this.units.map((place) => place.unit));
    if (after) this.correct({ kind: "merge", with_item_id: after.item_id });
    else this.events.tell(strings.hear.nothingToMerge);
  }

  private settled(): boolean {
    if (this.isMoved) this.events.tell(strings.hear.settleFirst);
    return !this.isMoved;
  }

  private correct(correction: Correction): void {
    if (!this.unit) return;
    this.playback.stop();
    this.events.correct(this.unit, correction);
  }
}

/** Whether what was said may be read. */
function showsText(unit: Unit): boolean {
  return unit.pass === "text" || unit.pass === "both";
}

/** Factors that make channels equally loud; empty where none is needed. */
function gainsOf(call: Call | null): number[] {
  const lanes = call?.lanes ?? [];
  if (!lanes.some(({ gain_db }) => gain_db)) return [];
  return lanes.map(({ gain_db }) => 10 ** ((gain_db ?? 0) / 20));
}
