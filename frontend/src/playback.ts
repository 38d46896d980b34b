// Playing units of calls, with the playhead, the place to resume and the evidence of listening.

import { CallAudio, type Played } from "./call_audio";
import { CONTEXT_S, type CallSource } from "./call_source";
import type { Actions } from "./keys";
import { Listening } from "./listening";
import type { Call, Unit } from "./model";

export interface PlaybackEvents {
  /** The second that sounds now; null where the playhead rests at the start. */
  moved(second: number | null): void;
  changed(): void;
  failed(error: unknown): void;
}

export class Playback {
  readonly listening = new Listening();
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

  get solo(): boolean {
    return this.audio.solo !== null;
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
    if (this.audio.playing) this.audio.stop();
    else this.play(this.resumeS ?? this.unit?.start_s ?? 0);
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

  /** Hear one channel alone, in both ears, or all as recorded again. */
  toggleSolo(call: Call): void {
    const at = this.audio.position;
    this.audio.solo = this.audio.solo === null ? laneOf(call, this.unit) : null;
    if (at !== null) this.play(at);
    this.events.changed();
  }

  close(): void {
    cancelAnimationFrame(this.frame);
    this.audio.close();
  }

  private play(second: number, untilS = this.unit?.end_s ?? 0): void {
    const { unit } = this;
    if (!unit) return;
    const startS = Math.max(0, second);
    this.source.call(unit.call_id).then(
      (call) => {
        if (this.unit !== unit) return;
        if (startS <= unit.start_s + 0.05) this.listening.played(unit.item_id);
        if (this.audio.solo !== null) this.audio.solo = laneOf(call, unit);
        const span = { source: unit.call_id, startS, endS: untilS };
        void this.audio.play(span, call.duration_s);
      },
      (error: unknown) => {
        if (this.unit === unit) this.events.failed(error);
      },
    );
  }

  private stopped(span: Played, untilS: number, byItself: boolean): void {
    cancelAnimationFrame(this.frame);
    this.listening.heard(span.source, span.startS, untilS);
    this.resumeS = byItself ? null : untilS;
    this.events.moved(this.resumeS);
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
