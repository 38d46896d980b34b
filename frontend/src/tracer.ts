// The Tracer: follow one dimension with the hand while a call plays.

import type { AnyModel } from "@anywidget/types";
import { CallAudio } from "./call_audio";
import { CallSource } from "./call_source";
import { Dialogue } from "./dialogue";
import { isTextField } from "./dom";
import { KeyNames } from "./key_names";
import type { Call, Dimension, Unit } from "./model";
import { Notices } from "./notices";
import { clock, sentenceOf, strings } from "./strings";
import { followTheme } from "./theme";
import { clamp, lagged, Take, tracedS, valueAt, type Stretch, type TraceMessage } from "./trace";
import { KeptDrafts } from "./trace_drafts";
import { Hand, stickOf } from "./trace_input";
import { TraceLane } from "./trace_lane";
import { Sheet } from "./trace_sheet";
import { SEEK_S, TraceStrip } from "./trace_strip";
import { placeOf, valueOf } from "./trace_words";
import { TracerPanel, type TracerAct } from "./tracer_panel";
import { Wire } from "./wire";

export interface TracerSetup {
  call_id: string;
  /** Channel whose feeling is judged and who speaks there; null for the call as a whole. */
  channel: number | null;
  role: string | null;
  dimensions: Dimension[];
  /** Names this rater, call, channel and pass among the drafts of the browser. */
  kept_as: string;
  has_words: boolean;
}

const LEAD_S = 2;
const KEEP_MS = 2000;
const SAVE_PATIENCE_MS = 120_000;

const ACTS: Record<string, TracerAct> = {
  Space: "play",
  KeyT: "tracing",
  KeyI: "from",
  KeyO: "to",
  KeyR: "redo",
  Enter: "save",
  ArrowLeft: "back",
  ArrowRight: "on",
  Escape: "escape",
};

export class Tracer {
  private readonly life = new AbortController();
  private readonly keys = new KeyNames();
  private readonly wire: Wire;
  private readonly source: CallSource;
  private readonly audio: CallAudio;
  private readonly drafts = new KeptDrafts();
  private readonly sheets = new Map<string, Sheet>();
  private readonly hand: Hand;
  private readonly notices: Notices;
  private readonly lane: TraceLane;
  private readonly strip: TraceStrip;
  private readonly panel: TracerPanel;
  private readonly dialogue: Dialogue | null;
  private dimension: Dimension;
  private call: Call | null = null;
  private sheet: Sheet | null = null;
  private take: Take | null = null;
  private stretch: Stretch | null = null;
  /** The stretch of the hand that is being done again. */
  private redoing: Stretch | null = null;
  private tracing = true;
  private secondS = 0;
  private frame = 0;
  private keptMs = 0;
  private line: unknown = null;

  constructor(
    model: AnyModel,
    private readonly root: HTMLElement,
    private readonly setup: TracerSetup,
  ) {
    const { signal } = this.life;
    this.dimension = setup.dimensions[0] as Dimension;
    this.wire = new Wire(model, SAVE_PATIENCE_MS);
    this.source = new CallSource(this.wire, () => this.lane.draw());
    this.audio = new CallAudio(this.source.windows, {
      started: ({ startS }) => this.started(startS),
      stopped: (_span, untilS, byItself) => this.stopped(untilS, byItself),
      failed: (error) => this.notices.tell(sentenceOf(error)),
    });
    this.hand = new Hand((ms, place) => this.take?.moved(ms, valueOf(this.dimension, place)));
    this.notices = new Notices(() => void this.sheet?.save(), signal);
    this.lane = new TraceLane(root, this.source.windows, (ms, place) => this.pointed(ms, place), signal);
    this.strip = new TraceStrip(root, (at) => this.seek(at), (chosen) => this.choose(chosen), signal);
    this.panel = new TracerPanel(setup, this.keys, {
      act: (act) => this.act(act),
      lag: (seconds) => this.setLag(seconds),
      turnTo: (dimension) => void this.turnTo(dimension),
      springs: (on) => (this.hand.springs = on),
    }, signal);
    this.dialogue = setup.has_words ? new Dialogue() : null;
    this.build();
    followTheme(root, () => this.draw(), signal);
    void this.load();
    void this.keys.load(root);
  }

  close(): void {
    cancelAnimationFrame(this.frame);
    this.audio.close();
    for (const sheet of this.sheets.values()) sheet.close();
    this.life.abort();
    this.wire.close();
  }

  private build(): void {
    const { root } = this;
    const { signal } = this.life;
    root.classList.add("wb", "wb-tracer");
    root.dataset["lmSuppressShortcuts"] = "true";
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", strings.tracer.name);
    root.append(
      this.panel.header,
      this.lane.element,
      this.strip.element,
      this.panel.controls,
      this.panel.hints,
      ...(this.dialogue ? [this.dialogue.element] : []),
      this.notices.line,
      this.notices.spoken,
    );
    root.addEventListener("keydown", (event) => this.keydown(event), { signal });
    root.addEventListener("keyup", (event) => this.hand.release(event.code, event.timeStamp), {
      signal,
    });
    root.addEventListener("focusout", () => this.hand.letGo(performance.now()), { signal });
    root.addEventListener("mousedown", (event) => this.mousedown(event), { signal });
    window.addEventListener("gamepadconnected", () => this.panel.offerSprings(), { signal });
    // Nobody traces what is out of sight.
    document.addEventListener("visibilitychange", () => document.hidden && this.audio.stop(), {
      signal,
    });
    this.refresh();
  }

  // ---- what is traced ------------------------------------------------------------------

  private async load(): Promise<void> {
    try {
      this.call = await this.source.call(this.setup.call_id);
      await this.turnTo(this.dimension);
      if (!this.life.signal.aborted) await this.want();
    } catch (error) {
      if (!this.life.signal.aborted) this.notices.tell(sentenceOf(error));
    }
  }

  /** Turn to the trace of a dimension: as stored, or as left unsaved in this browser. */
  private async turnTo(dimension: Dimension): Promise<void> {
    this.audio.stop();
    this.dimension = dimension;
    this.sheet = null;
    this.refresh();
    const { call } = this;
    if (!call) return;
    const name = dimension.dimension;
    let sheet = this.sheets.get(name);
    let kept = false;
    if (!sheet) {
      sheet = new Sheet(name, `${this.setup.kept_as}|${name}`, call.duration_s, this.drafts, {
        send: async (trace) => (await this.wire.ask("save", { trace }))["refused"] as string | null,
        changed: () => this.refresh(),
      });
      const stored = (await this.wire.ask("trace", { dimension: name }))["trace"];
      kept = await sheet.load(stored as TraceMessage | null);
      if (this.life.signal.aborted) return;
      this.sheets.set(name, sheet);
    }
    if (this.dimension !== dimension) return;
    this.sheet = sheet;
    this.stretch = null;
    const done = tracedS(sheet.grid);
    this.tracing = done < call.duration_s - 1;
    this.secondS = this.tracing ? lastOf(sheet.grid, call.duration_s) : 0;
    this.hand.rest(0.5);
    this.notices.tell(kept ? strings.tracer.kept : "");
    this.refresh();
  }

  private want(): Promise<void> {
    const { call, secondS } = this;
    const from = Math.max(0, secondS - 2 * LEAD_S);
    if (!call) return Promise.resolve();
    return this.source.windows.want(this.setup.call_id, from, secondS + 20, call.duration_s);
  }

  private setLag(seconds: number): void {
    const { sheet } = this;
    if (!sheet || sheet.lagS === seconds) return;
    sheet.lagS = seconds;
    sheet.edited();
  }

  private choose(stretch: Stretch | null): void {
    this.stretch = stretch && stretch.end_s > stretch.start_s ? stretch : null;
    const { said } = strings.tracer;
    const { stretch: own } = this;
    this.notices.say(own ? said.stretch(clock(own.start_s), clock(own.end_s)) : said.noStretch);
    this.refresh();
  }

  // ---- playing -------------------------------------------------------------------------

  private play(fromS: number, untilS?: number): void {
    const { call, sheet } = this;
    if (!call || !sheet) return;
    this.notices.tell("");
    const startS = clamp(fromS, 0, call.duration_s);
    const endS = untilS ?? call.duration_s;
    void this.audio.play({ source: this.setup.call_id, startS, endS }, call.duration_s);
  }

  private started(startS: number): void {
    this.secondS = startS;
    const { said } = strings.tracer;
    this.notices.say((this.tracing ? said.tracing : said.replaying)(clock(startS)));
    if (this.tracing) this.begin();
    this.refresh();
    this.tick();
  }

  private begin(): void {
    const { sheet, hand, dimension } = this;
    if (!sheet) return;
    sheet.begin();
    const ms = performance.now();
    hand.advance(ms);
    const start = { ms, value: valueOf(dimension, hand.place) };
    this.take = new Take(sheet.grid, start, this.secondS, this.redoing);
    this.keptMs = ms;
    sheet.edited();
  }

  private finish(untilS: number): void {
    this.take?.sounds(performance.now(), untilS);
    if (this.take) this.sheet?.edited();
    this.take = null;
  }

  private stopped(untilS: number, byItself: boolean): void {
    cancelAnimationFrame(this.frame);
    this.hand.letGo(performance.now());
    this.finish(untilS);
    this.secondS = untilS;
    const ended = byItself && untilS >= (this.call?.duration_s ?? 0) - 0.05;
    if (this.tracing && (ended || this.redoing)) {
      this.tracing = false;
      if (byItself) this.notices.tell(this.redoing ? strings.tracer.redone : strings.tracer.end);
    }
    this.redoing = null;
    this.notices.say(strings.tracer.said.stopped(clock(untilS)));
    this.refresh();
  }

  private seek(second: number): void {
    const to = clamp(second, 0, this.call?.duration_s ?? 0);
    const { playing } = this.audio;
    this.audio.stop();
    this.secondS = to;
    this.refresh();
    if (playing) this.play(to);
    else void this.want();
  }

  private redo(): void {
    const { call, sheet, stretch } = this;
    if (!call || !sheet) return;
    if (!stretch) return this.notices.tell(strings.tracer.noStretch);
    this.audio.stop();
    const again = lagged(stretch, sheet.lagS, call.duration_s);
    const from = Math.max(0, again.start_s - LEAD_S);
    const before = valueAt(sheet.grid, again.start_s);
    if (before !== null) this.hand.rest(placeOf(this.dimension, before));
    this.redoing = again;
    this.tracing = true;
    this.play(from, again.end_s);
  }

  private readonly tick = (): void => {
    const ms = performance.now();
    const { audio, hand, take } = this;
    const stick = stickOf();
    if (stick === null) hand.advance(ms);
    else hand.tilt(ms, stick);
    if (hand.padSeen) this.panel.offerSprings();
    const position = audio.position;
    if (position !== null) {
      this.secondS = position;
      take?.sounds(ms, position);
      if (take && ms - this.keptMs > KEEP_MS) {
        this.keptMs = ms;
        this.sheet?.edited();
      }
    }
    this.move();
    cancelAnimationFrame(this.frame);
    if (audio.playing || hand.pushed) this.frame = requestAnimationFrame(this.tick);
  };

  private pointed(ms: number, place: number): void {
    if (!this.tracing) return;
    this.hand.point(ms, place);
    if (!this.audio.playing) this.move();
  }

  // ---- showing -------------------------------------------------------------------------

  /** The dot, the playheads and the time. */
  private move(): void {
    const { sheet, dimension, secondS, call } = this;
    const traced = sheet ? valueAt(sheet.grid, secondS + sheet.lagS) : null;
    this.lane.at(secondS, this.tracing ? valueOf(dimension, this.hand.place) : traced);
    this.strip.at(secondS);
    this.panel.at(secondS, call?.duration_s ?? 0);
    const line = call?.lines.find(({ start_s, end_s }) => start_s <= secondS && secondS < end_s);
    if (this.dialogue && (line ?? null) !== this.line) {
      this.line = line ?? null;
      if (line) this.dialogue.show(call, this.unitAt(line.start_s, line.end_s));
    }
  }

  private refresh(): void {
    if (this.life.signal.aborted) return;
    const { call, sheet, dimension, stretch, tracing } = this;
    const grid = sheet?.grid ?? null;
    const lagS = sheet?.lagS ?? 0;
    const { call_id: callId, channel } = this.setup;
    this.lane.show({ callId, call, dimension, channel, grid, lagS, stretch, tracing });
    this.strip.show({ call, dimension, grid, lagS, stretch });
    this.panel.show({
      dimension,
      state: sheet?.state ?? "empty",
      tracedS: grid ? tracedS(grid) : 0,
      durationS: call?.duration_s ?? null,
      playing: this.audio.playing,
      tracing,
      lagS,
      stretch: stretch !== null,
    });
    this.notices.tellFailure(sheet?.sentence ?? "");
    if (call && this.line === null) this.dialogue?.show(call, this.unitAt(0, 0));
    this.move();
  }

  private draw(): void {
    this.lane.draw();
    this.strip.draw();
  }

  private unitAt(start_s: number, end_s: number): Unit {
    const { call_id } = this.setup;
    return { utterance_id: "", unit: "call", call_id, channel: null, role: "", start_s, end_s };
  }

  // ---- keys ----------------------------------------------------------------------------

  private keydown(event: KeyboardEvent): void {
    // Nothing that is typed here is meant for the notebook around us.
    event.stopPropagation();
    if (event.code === "Escape" && isTextField(event.target)) this.takeFocus();
    if (isTextField(event.target) || event.isComposing || event.altKey) return;
    const presses = event.code === "Space" || event.code === "Enter";
    if (presses && event.target instanceof HTMLButtonElement) return;
    if (event.ctrlKey || event.metaKey) {
      if (event.key.toLowerCase() !== "z" || event.repeat) return;
      event.preventDefault();
      return this.act("undo");
    }
    if (this.tracing && this.hand.press(event.code, event.timeStamp, event.shiftKey, event.repeat)) {
      event.preventDefault();
      return this.tick();
    }
    const act = ACTS[event.code];
    if (!act || (event.repeat && act !== "back" && act !== "on")) return;
    event.preventDefault();
    this.act(act);
  }

  private act(act: TracerAct): void {
    switch (act) {
      case "play":
        if (this.audio.playing) return this.audio.stop();
        return this.play(this.secondS >= (this.call?.duration_s ?? 0) - 0.1 ? 0 : this.secondS);
      case "tracing":
        return this.toggleTracing();
      case "from":
        return this.choose({
          start_s: this.secondS,
          end_s: laterThan(this.secondS, this.stretch?.end_s, this.call?.duration_s ?? 0),
        });
      case "to":
        return this.choose({
          start_s: -laterThan(-this.secondS, -(this.stretch?.start_s ?? Infinity), 0),
          end_s: this.secondS,
        });
      case "redo":
        return this.redo();
      case "back":
        return this.seek(this.secondS - SEEK_S);
      case "on":
        return this.seek(this.secondS + SEEK_S);
      case "undo":
        return this.undo();
      case "anew":
        this.audio.stop();
        this.sheet?.clear();
        this.tracing = true;
        return this.seek(0);
      case "save":
        return void this.save();
      case "escape":
        if (this.audio.playing) return this.audio.stop();
        return this.stretch ? this.choose(null) : this.takeFocus();
    }
  }

  private toggleTracing(): void {
    if (this.audio.playing) this.finish(this.audio.position ?? this.secondS);
    this.tracing = !this.tracing;
    this.redoing = null;
    if (this.audio.playing && this.tracing) this.begin();
    this.notices.say(strings.said.onOff(strings.tracer.tracing, this.tracing));
    this.refresh();
  }

  private undo(): void {
    this.audio.stop();
    const undone = this.sheet?.undo() ?? false;
    if (undone) this.notices.say(strings.tracer.said.undone);
    else this.notices.tell(strings.tracer.nothingToUndo);
  }

  private async save(): Promise<void> {
    this.audio.stop();
    const { sheet } = this;
    if (!sheet || sheet.state === "saved") return;
    if (sheet.empty) return this.notices.tell(strings.tracer.empty);
    this.notices.tell("");
    if (await sheet.save()) this.notices.say(strings.tracer.said.saved);
  }

  private takeFocus(): void {
    this.lane.element.focus({ preventScroll: true });
  }

  /** A click does not take the keys away from the lane. */
  private mousedown(event: MouseEvent): void {
    const target = event.target as HTMLElement;
    if (isTextField(target) || this.dialogue?.element.contains(target)) return;
    event.preventDefault();
    this.takeFocus();
  }
}

/** A bound of the stretch that is later than the new one; the last resort where it is not. */
function laterThan(bound: number, own: number | undefined, last: number): number {
  return own !== undefined && own > bound ? own : last;
}

/** Where a trace was left: the end of its last run, in seconds; 0 for none or a whole one. */
function lastOf(grid: Float32Array, durationS: number): number {
  const last = grid.findLastIndex((value) => !Number.isNaN(value));
  const second = (last + 1) / 25;
  return second >= durationS - 1 ? 0 : second;
}
