// Playing a call while the hand is traced, or while the trace is heard again.

import { CallAudio } from "./call_audio";
import type { Call, Dimension } from "./model";
import { clock, strings } from "./strings";
import { clamp, lagged, Take, tracedS, traceEndS, valueAt, type Stretch } from "./trace";
import { Hand, stickOf } from "./trace_input";
import type { Sheet } from "./trace_sheet";
import { placeOf, valueOf } from "./trace_words";
import type { SampleWindows } from "./windows";

export interface RunEvents {
  /** The dot or the playhead moved. */
  moved(): void;
  changed(): void;
  /** A sentence under the widget. */
  tell(sentence: string): void;
  /** Words for screen readers. */
  say(text: string): void;
}

const LEAD_S = 2;
const AHEAD_S = 20;
const KEEP_MS = 2000;
const PATIENCE_MS = 300;

export class TraceRun {
  readonly hand: Hand;
  /** Whether playing writes down the hand; else the dot goes along the trace. */
  tracing = true;
  /** Second of the call that sounds, or sounded last. */
  secondS = 0;
  sheet: Sheet | null = null;
  dimension: Dimension;
  private readonly audio: CallAudio;
  private call: Call | null = null;
  private take: Take | null = null;
  /** The stretch of the hand that is being done again. */
  private redoing: Stretch | null = null;
  private frame = 0;
  private keptMs = 0;
  private patience: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly callId: string,
    dimension: Dimension,
    private readonly windows: SampleWindows,
    private readonly events: RunEvents,
  ) {
    this.dimension = dimension;
    this.hand = new Hand((ms, place) => this.take?.moved(ms, valueOf(this.dimension, place)));
    this.audio = new CallAudio(windows, {
      started: ({ startS }) => this.started(startS),
      stopped: (_span, untilS, byItself) => this.stopped(untilS, byItself),
      failed: (error) => {
        clearTimeout(this.patience);
        this.redoing = null;
        this.events.tell(error.message);
      },
    });
  }

  get playing(): boolean {
    return this.audio.playing;
  }

  /** Whether a game pad has been moved. */
  get padSeen(): boolean {
    return this.hand.padSeen;
  }

  /** Value of the dot: of the hand, or of the trace at what sounds; null in a gap. */
  get value(): number | null {
    if (this.tracing) return valueOf(this.dimension, this.hand.place);
    return this.sheet ? valueAt(this.sheet.grid, this.secondS + this.sheet.lagS) : null;
  }

  /** Turn to a trace, in silence: at its end where it is unfinished, else at the start. */
  turnTo(call: Call | null, dimension: Dimension, sheet: Sheet | null): void {
    this.audio.stop();
    this.call = call;
    this.dimension = dimension;
    this.sheet = sheet;
    if (!call || !sheet) return;
    this.tracing = tracedS(sheet.grid) < call.duration_s - 1;
    const endS = traceEndS(sheet.grid);
    this.secondS = this.tracing && endS < call.duration_s - 1 ? endS : 0;
    this.hand.rest(0.5);
    void this.want();
  }

  toggle(): void {
    if (this.audio.playing) return this.audio.stop();
    this.play(this.secondS >= (this.call?.duration_s ?? 0) - 0.1 ? 0 : this.secondS);
  }

  stop(): void {
    clearTimeout(this.patience);
    this.audio.stop();
  }

  seek(second: number): void {
    const { playing } = this.audio;
    this.audio.stop();
    this.secondS = clamp(second, 0, this.call?.duration_s ?? 0);
    this.events.changed();
    if (playing) this.play(this.secondS);
    else void this.want();
  }

  /** Trace a stretch of the call again, after two seconds of lead; all else stays. */
  redo(stretch: Stretch): void {
    const { call, sheet } = this;
    if (!call || !sheet) return;
    this.audio.stop();
    this.redoing = lagged(stretch, sheet.lagS, call.duration_s);
    const { start_s, end_s } = this.redoing;
    const before = valueAt(sheet.grid, start_s);
    if (before !== null) this.hand.rest(placeOf(this.dimension, before));
    this.tracing = true;
    this.play(start_s - LEAD_S, end_s);
  }

  setTracing(on: boolean): void {
    if (this.audio.playing) this.finish(this.audio.position ?? this.secondS);
    this.tracing = on;
    this.redoing = null;
    if (this.audio.playing && on) this.begin();
    this.events.changed();
  }

  /** A pointer took the hand to places, in the order of time. */
  point(moves: { ms: number; place: number }[]): void {
    if (!this.tracing) return;
    for (const { ms, place } of moves) this.hand.point(ms, place);
    this.look(performance.now());
    if (!this.audio.playing) this.events.moved();
  }

  /** A key went down; whether it was one of the hand's. */
  press({ code, timeStamp, shiftKey, repeat }: KeyboardEvent): boolean {
    if (!this.tracing || !this.hand.press(code, timeStamp, shiftKey, repeat)) return false;
    this.tick();
    return true;
  }

  /** A key came up. */
  release({ code, timeStamp }: KeyboardEvent): void {
    this.hand.release(code, timeStamp);
    this.look(performance.now());
  }

  close(): void {
    clearTimeout(this.patience);
    this.audio.close();
    cancelAnimationFrame(this.frame);
  }

  private play(fromS: number, untilS?: number): void {
    const { call, sheet } = this;
    if (!call || !sheet) return;
    this.events.tell("");
    clearTimeout(this.patience);
    this.patience = setTimeout(() => this.events.tell(strings.loading), PATIENCE_MS);
    const startS = clamp(fromS, 0, call.duration_s);
    const endS = untilS ?? call.duration_s;
    void this.audio.play({ source: this.callId, startS, endS }, call.duration_s);
  }

  private want(): Promise<void> {
    const { call, secondS } = this;
    if (!call) return Promise.resolve();
    const [from, until] = [Math.max(0, secondS - LEAD_S), secondS + AHEAD_S];
    // What cannot be had now is told when it is to be played.
    return this.windows.want(this.callId, from, until, call.duration_s).catch(() => {});
  }

  private started(startS: number): void {
    clearTimeout(this.patience);
    this.events.tell("");
    this.secondS = startS;
    const { said } = strings.tracer;
    this.events.say((this.tracing ? said.tracing : said.replaying)(clock(startS)));
    if (this.tracing) this.begin();
    this.events.changed();
    this.tick();
  }

  private stopped(untilS: number, byItself: boolean): void {
    cancelAnimationFrame(this.frame);
    this.hand.letGo(performance.now());
    this.finish(untilS);
    this.secondS = untilS;
    const ended = byItself && untilS >= (this.call?.duration_s ?? 0) - 0.05;
    if (this.tracing && (ended || this.redoing)) {
      this.tracing = false;
      if (byItself) this.events.tell(this.redoing ? strings.tracer.redone : strings.tracer.end);
    }
    this.redoing = null;
    this.events.say(strings.tracer.said.stopped(clock(untilS)));
    this.events.changed();
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
    if (!this.take) return;
    this.take.sounds(performance.now(), untilS);
    this.take = null;
    this.sheet?.edited();
  }

  /** Look at the audio clock: as often as at the hand, so that the two are never far apart. */
  private look(ms: number): void {
    const { position } = this.audio;
    if (position === null) return;
    this.secondS = position;
    this.take?.sounds(ms, position);
  }

  private readonly tick = (): void => {
    const ms = performance.now();
    const { audio, hand, take } = this;
    const stick = stickOf();
    if (stick === null) hand.advance(ms);
    else hand.tilt(ms, stick);
    this.look(ms);
    if (take && ms - this.keptMs > KEEP_MS) {
      this.keptMs = ms;
      this.sheet?.edited();
    }
    this.events.moved();
    cancelAnimationFrame(this.frame);
    if (audio.playing || hand.pushed) this.frame = requestAnimationFrame(this.tick);
  };
}
