// The Tracer: follow one dimension with the hand while a call plays.

import type { AnyModel } from "@anywidget/types";
import { CallSource } from "./call_source";
import { Dialogue } from "./dialogue";
import { isTextField } from "./dom";
import { KeyNames } from "./key_names";
import type { Call, Dimension, Line, Unit } from "./model";
import { Keymap } from "./keys";
import { Notices } from "./notices";
import { paced } from "./pacing";
import { clock, sentenceOf, strings } from "./strings";
import { followTheme } from "./theme";
import { tracedS, type Stretch, type TraceMessage } from "./trace";
import { KeptDrafts } from "./trace_drafts";
import { TraceLane } from "./trace_lane";
import { TraceRun } from "./trace_run";
import { Sheet } from "./trace_sheet";
import { SEEK_S, TraceStrip } from "./trace_strip";
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

const SAVE_PATIENCE_MS = 120_000;
const SAY_MS = 1000;
const STRIP_MS = 500;

/** Keys by position; those that move the hand are the hand's own. */
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
  private readonly keys = new KeyNames(new Keymap());
  private readonly drafts = new KeptDrafts();
  private readonly sheets = new Map<string, Sheet>();
  private readonly wire: Wire;
  private readonly source: CallSource;
  private readonly run: TraceRun;
  private readonly notices: Notices;
  private readonly lane: TraceLane;
  private readonly strip: TraceStrip;
  private readonly panel: TracerPanel;
  private readonly dialogue: Dialogue | null;
  private readonly say: (text: string) => void;
  private readonly drawStrip: (now: void) => void;
  private call: Call | null = null;
  private stretch: Stretch | null = null;
  private line: Line | null = null;

  constructor(
    model: AnyModel,
    private readonly root: HTMLElement,
    private readonly setup: TracerSetup,
  ) {
    const { signal } = this.life;
    this.wire = new Wire(model, SAVE_PATIENCE_MS);
    this.source = new CallSource(this.wire, () => this.lane.draw());
    this.notices = new Notices({ retry: () => void this.run.sheet?.save() }, signal);
    this.say = paced(SAY_MS, (text) => this.notices.say(text), signal);
    const { windows } = this.source;
    this.run = new TraceRun(setup.call_id, setup.dimensions[0] as Dimension, windows, {
      moved: () => this.move(),
      changed: () => this.refresh(),
      tell: (sentence) => this.notices.tell(sentence),
      say: this.say,
    });
    this.lane = new TraceLane(root, windows, (moves) => this.run.point(moves), signal);
    this.strip = new TraceStrip(
      root,
      (at) => this.run.seek(at),
      (chosen) => this.choose(chosen),
      signal,
    );
    this.drawStrip = paced(STRIP_MS, () => this.strip.draw(), signal);
    this.panel = new TracerPanel(setup, this.keys, {
      act: (act) => this.act(act),
      lag: (seconds) => this.run.sheet?.setLag(seconds),
      turnTo: (dimension) => void this.turnTo(dimension),
      springs: (on) => (this.run.hand.springs = on),
    }, signal);
    this.dialogue = setup.has_words
      ? new Dialogue((line) => this.run.seek(line.start_s), signal)
      : null;
    this.build();
    followTheme(root, () => this.draw(), signal);
    void this.load();
    void this.keys.load(root);
  }

  close(): void {
    this.run.close();
    for (const sheet of this.sheets.values()) sheet.close();
    this.life.abort();
    this.wire.close();
  }

  private build(): void {
    const { root } = this;
    const { signal } = this.life;
    const { hand } = this.run;
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
    root.addEventListener("keyup", (event) => this.run.release(event), { signal });
    root.addEventListener("focusout", () => hand.letGo(performance.now()), { signal });
    root.addEventListener("mousedown", (event) => this.mousedown(event), { signal });
    window.addEventListener("gamepadconnected", () => this.panel.offerSprings(), { signal });
    document.addEventListener("visibilitychange", () => {
      // Nobody traces what is out of sight.
      if (document.hidden) this.run.stop();
    }, { signal });
    this.refresh();
  }

  private async load(): Promise<void> {
    try {
      this.call = await this.source.call(this.setup.call_id);
      await this.turnTo(this.run.dimension);
    } catch (error) {
      if (!this.life.signal.aborted) this.notices.tell(sentenceOf(error));
    }
  }

  /** Turn to the trace of a dimension: as stored, or as left unsaved in this browser. */
  private async turnTo(dimension: Dimension): Promise<void> {
    const { call } = this;
    this.stretch = null;
    this.run.turnTo(call, dimension, null);
    this.refresh();
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
    if (this.run.dimension !== dimension) return;
    this.run.turnTo(call, dimension, sheet);
    this.notices.tell(kept ? strings.tracer.kept : "");
    this.refresh();
  }

  private choose(stretch: Stretch | null): void {
    this.stretch = stretch && stretch.end_s > stretch.start_s ? stretch : null;
    const { said } = strings.tracer;
    const { stretch: own } = this;
    this.say(own ? said.stretch(clock(own.start_s), clock(own.end_s)) : said.noStretch);
    this.refresh();
  }

  // ---- showing -------------------------------------------------------------------------

  /** The dot, the playheads, the time, the line that is spoken. */
  private move(): void {
    const { call, run } = this;
    const { secondS } = run;
    this.lane.at(secondS, run.value);
    this.strip.at(secondS);
    this.panel.at(secondS, call?.duration_s ?? 0);
    if (run.playing && run.tracing) this.drawStrip();
    if (run.padSeen) this.panel.offerSprings();
    const line = call?.lines.find(({ start_s, end_s }) => start_s <= secondS && secondS < end_s);
    if (!this.dialogue || !line || line === this.line) return;
    this.line = line;
    this.dialogue.show(call, this.unitAt(line.start_s, line.end_s));
  }

  private refresh(): void {
    if (this.life.signal.aborted) return;
    const { call, stretch } = this;
    const { sheet, dimension, tracing, playing } = this.run;
    const grid = sheet?.grid ?? null;
    const lagS = sheet?.lagS ?? 0;
    const { call_id: callId, channel } = this.setup;
    this.lane.show({ callId, call, dimension, channel, grid, lagS, stretch, tracing });
    this.strip.show({ call, dimension, grid, lagS, stretch });
    this.panel.show({
      state: sheet?.state ?? "empty",
      tracedS: grid ? tracedS(grid) : 0,
      durationS: call?.duration_s ?? null,
      playing,
      tracing,
      lagS,
      stretch: stretch !== null,
    });
    this.notices.tellFailure(sheet?.sentence ?? "");
    if (call && !this.line) this.dialogue?.show(call, this.unitAt(0, 0));
    this.move();
  }

  private draw(): void {
    this.lane.draw();
    this.strip.draw();
  }

  private unitAt(start_s: number, end_s: number): Unit {
    const { call_id } = this.setup;
    return {
      item_id: "",
      pass: "both",
      utterance_id: "",
      unit: "call",
      call_id,
      channel: null,
      role: "",
      start_s,
      end_s,
    };
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
    if (this.run.press(event)) return event.preventDefault();
    const act = ACTS[event.code];
    if (!act || (event.repeat && act !== "back" && act !== "on")) return;
    event.preventDefault();
    this.act(act);
  }

  private act(act: TracerAct): void {
    const { run, stretch, call } = this;
    const { secondS } = run;
    switch (act) {
      case "play":
        return run.toggle();
      case "tracing":
        run.setTracing(!run.tracing);
        return this.say(strings.said.onOff(strings.tracer.tracing, run.tracing));
      case "from": {
        const end_s = stretch && stretch.end_s > secondS ? stretch.end_s : (call?.duration_s ?? 0);
        return this.choose({ start_s: secondS, end_s });
      }
      case "to": {
        const start_s = stretch && stretch.start_s < secondS ? stretch.start_s : 0;
        return this.choose({ start_s, end_s: secondS });
      }
      case "redo":
        return stretch ? run.redo(stretch) : this.notices.tell(strings.tracer.noStretch);
      case "back":
        return run.seek(secondS - SEEK_S);
      case "on":
        return run.seek(secondS + SEEK_S);
      case "undo":
        return this.undo();
      case "anew":
        return this.beginAnew();
      case "save":
        return void this.save();
      case "escape":
        if (run.playing) return run.stop();
        return stretch ? this.choose(null) : this.takeFocus();
    }
  }

  private undo(): void {
    this.run.stop();
    const undone = this.run.sheet?.undo() ?? false;
    if (undone) this.say(strings.tracer.said.undone);
    else this.notices.tell(strings.tracer.nothingToUndo);
  }

  private beginAnew(): void {
    const { run } = this;
    run.stop();
    run.sheet?.clear();
    run.setTracing(true);
    run.seek(0);
    this.notices.tell(strings.tracer.anewTold);
  }

  private async save(): Promise<void> {
    this.run.stop();
    const { sheet } = this.run;
    if (!sheet || sheet.state === "saved") return;
    if (sheet.empty) return this.notices.tell(strings.tracer.empty);
    this.notices.tell("");
    if (await sheet.save()) this.say(strings.tracer.said.saved);
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
