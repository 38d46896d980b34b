// Playing units of calls, with the playhead, the place to resume and the evidence of listening.

import { CallAudio, type Manner, type Played } from "./call_audio";
import { CONTEXT_S, sourceOf, type CallSource } from "./call_source";
import type { Actions } from "./keys";
import { Listening } from "./listening";
import type { Call, Unit } from "./model";

export interface PlaybackEvents {
  /** The second that sounds now; null where the playhead rests at the start. */
  moved(second: number | null): void;
  changed(): void;
  failed(error: unknown): void;
  /** Sound was asked for in a pass that is read. */
  unheard?(): void;
}

export const SLOWEST = 0.5;
export const FASTEST = 2;
const SPEED_STEP = 0.1;
const AT_START_S = 0.05;

export class Playback {
  readonly listening = new Listening();
  loop = false;
  private readonly audio: CallAudio;
  private unit: Unit | null = null;
  private resumeS: number | null = null;
  private frame = 0;

  readonly actions = {
    play: () => this.toggle(),
    replay: () => this.replay(),
    context: () => this.withContext(),
  } satisfies Partial<Actions>;

  constructor(
    private readonly source: CallSource,
    private readonly events: PlaybackEvents,
  ) {
    this.audio = new CallAudio(source.windows, {
      started: () => {
        this.events.changed();
        this.tick();
      },
      stopped: (span, untilS, byItself) => this.stopped(span, untilS, byItself),
      failed: (error) => this.events.failed(error),
    });
  }

  get playing(): boolean {
    return this.audio.playing;
  }

  /** The second that sounds, or at which playing goes on. */
  get at(): number {
    return this.positionS ?? this.unit?.start_s ?? 0;
  }

  get solo(): boolean {
    return this.audio.manner.solo !== null;
  }

  get speed(): number {
    return this.audio.manner.speed;
  }

  /** Second of the call that sounds, or where playing was stopped; null at rest. */
  get positionS(): number | null {
    return this.audio.position ?? this.resumeS;
  }

  /** Turn to another unit, in silence. */
  turnTo(unit: Unit): void {
    this.audio.stop();
    this.unit = unit;
    this.resumeS = null;
    this.events.moved(null);
  }

  stop(): void {
    this.audio.stop();
  }

  toggle(): void {
    if (this.audio.playing) return this.audio.stop();
    const resume = this.resumeS ?? -1;
    const within = resume < (this.unit?.end_s ?? 0) - 0.01;
    this.play(within && resume >= 0 ? resume : (this.unit?.start_s ?? 0));
  }

  replay(): void {
    this.play(this.unit?.start_s ?? 0);
  }

  /** The unit with the two seconds before it. */
  withContext(): void {
    this.play((this.unit?.start_s ?? 0) - CONTEXT_S);
  }

  /** Play from a second on, to the end of the unit; outside of it for two seconds. */
  seek(second: number): void {
    const end = this.unit?.end_s ?? 0;
    this.play(second, second < end ? end : second + CONTEXT_S);
  }

  /** Play some other part of the call. */
  playSpan(startS: number, endS: number): void {
    this.play(startS, endS);
  }

  /** Hear one channel alone, in both ears, or all as recorded again. */
  toggleSolo(call: Call): void {
    this.change({ solo: this.solo ? null : laneOf(call, this.unit) });
  }

  /** Play faster or slower by a step, 0.5 to 2 times; null for as recorded. */
  changeSpeed(by: 1 | -1 | null): void {
    const wanted = by === null ? 1 : Math.round((this.speed + by * SPEED_STEP) * 10) / 10;
    this.change({ speed: Math.max(SLOWEST, Math.min(FASTEST, wanted)) });
  }

  /** Make channels louder or softer, by factors in the order of the lanes. */
  level(gains: readonly number[]): void {
    const now = this.audio.manner.gains;
    if (gains.length === now.length && gains.every((gain, i) => gain === now[i])) return;
    this.change({ gains });
  }

  close(): void {
    cancelAnimationFrame(this.frame);
    this.loop = false;
    this.audio.close();
  }

  /** Go on at once in another manner. */
  private change(manner: Partial<Manner>): void {
    const { position, span } = this.audio;
    this.audio.manner = { ...this.audio.manner, ...manner };
    if (position !== null && span) this.play(position, span.endS, false);
    this.events.changed();
  }

  private play(second: number, untilS = this.unit?.end_s ?? 0, anew = true): void {
    const { unit } = this;
    if (!unit) return;
    if (unit.pass === "text") {
      this.events.unheard?.();
      return;
    }
    const startS = Math.max(0, second);
    this.source.call(unit.call_id).then(
      (call) => {
        if (this.unit !== unit) return;
        const whole = startS <= unit.start_s + AT_START_S && untilS >= unit.end_s - AT_START_S;
        if (anew && whole) this.listening.played(unit.item_id);
        if (this.solo) this.audio.manner = { ...this.audio.manner, solo: laneOf(call, unit) };
        void this.audio.play({ source: sourceOf(unit), startS, endS: untilS }, call.duration_s);
      },
      (error: unknown) => {
        if (this.unit === unit) this.events.failed(error);
      },
    );
  }

  private stopped(span: Played, untilS: number, byItself: boolean): void {
    cancelAnimationFrame(this.frame);
    const { unit } = this;
    if (!unit) return;
    this.listening.heard(unit.call_id, unit.item_id, span.startS, untilS);
    this.resumeS = byItself ? null : untilS;
    const again = this.loop && byItself && untilS >= unit.end_s - AT_START_S;
    if (again && untilS > span.startS) this.replay();
    else this.events.moved(this.resumeS);
    this.events.changed();
  }

  private readonly tick = (): void => {
    if (!this.audio.playing) return;
    this.events.moved(this.audio.position);
    this.frame = requestAnimationFrame(this.tick);
  };
}

/** Place of a unit's channel among the lanes; null for a unit over all channels. */
export function laneOf(call: Call, unit: Unit | null): number | null {
  const lane = call.lanes.findIndex(({ channel }) => channel === unit?.channel);
  return lane < 0 ? null : lane;
}
