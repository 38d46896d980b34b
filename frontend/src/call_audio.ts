// Plays any interval of a source, window after window, placed on the audio clock to the sample.

import { Sound } from "./sound";
import type { SampleWindow, SampleWindows } from "./windows";

export interface Played {
  source: string;
  startS: number;
  endS: number;
}

export interface CallAudioEvents {
  started(span: Played): void;
  /** Playing ended at the last second that was heard. */
  stopped(span: Played, untilS: number, byItself: boolean): void;
  failed(error: Error): void;
}

const LEAD_S = 0.015;
const FADE_S = 0.004;
const AHEAD_S = 4;
const TICK_MS = 250;

interface Run {
  span: Played;
  sourceEndS: number;
  context: AudioContext;
  gain: GainNode;
  nodes: Set<AudioBufferSourceNode>;
  /** Audio clock at which second 0 of the source would have sounded. */
  zero: number;
  scheduledS: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export class CallAudio {
  /** Only this channel, in both ears; null plays all as recorded. */
  solo: number | null = null;
  private readonly sound = new Sound();
  private run: Run | null = null;
  /** Counts requests to play or stop, so that a late one knows it is late. */
  private turn = 0;

  constructor(
    private readonly windows: SampleWindows,
    private readonly events: CallAudioEvents,
  ) {}

  get playing(): boolean {
    return this.run !== null;
  }

  /** Second of the source that is sounding now; null while nothing plays. */
  get position(): number | null {
    const run = this.run;
    if (!run) return null;
    const heardAt = run.context.currentTime - (run.context.outputLatency || 0);
    return Math.max(run.span.startS, Math.min(heardAt - run.zero, run.scheduledS, run.span.endS));
  }

  /** Play from one second of a source to another. */
  async play(span: Played, sourceEndS: number): Promise<void> {
    this.stop();
    const turn = ++this.turn;
    try {
      const window = await this.windows.at(span.source, span.startS, sourceEndS);
      if (turn !== this.turn) return;
      const context = await this.sound.context(window.rate, this);
      if (turn !== this.turn) return;
      const gain = context.createGain();
      gain.connect(context.destination);
      const begin = context.currentTime + LEAD_S;
      gain.gain.setValueAtTime(0, begin);
      gain.gain.linearRampToValueAtTime(1, begin + FADE_S);
      const run: Run = {
        span: { ...span, endS: Math.min(span.endS, sourceEndS) },
        sourceEndS,
        context,
        gain,
        nodes: new Set(),
        zero: begin - span.startS,
        scheduledS: span.startS,
        timer: undefined,
      };
      this.run = run;
      this.place(run, window);
      this.events.started(run.span);
      void this.keepAhead(run);
    } catch (error) {
      if (turn !== this.turn) return;
      this.end(true);
      this.events.failed(error instanceof Error ? error : new Error(String(error)));
    }
  }

  stop(): void {
    this.turn += 1;
    this.end(false);
  }

  hush(): void {
    this.stop();
  }

  close(): void {
    this.stop();
    this.sound.close();
  }

  private async keepAhead(run: Run): Promise<void> {
    try {
      while (this.run === run) {
        const now = run.context.currentTime - run.zero;
        if (run.scheduledS >= run.span.endS - 1e-6) {
          const rest = run.span.endS - (this.position ?? run.span.endS);
          if (rest <= 0.001) return this.end(true);
          await this.pause(run, Math.min(TICK_MS, rest * 1000 + 5));
        } else if (run.scheduledS - now > AHEAD_S) {
          await this.pause(run, TICK_MS);
        } else {
          const { source } = run.span;
          const window = await this.windows.at(source, run.scheduledS, run.sourceEndS);
          if (this.run === run) this.place(run, window);
        }
      }
    } catch (error) {
      if (this.run !== run) return;
      this.end(true);
      this.events.failed(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private pause(run: Run, ms: number): Promise<void> {
    return new Promise((resolve) => {
      run.timer = setTimeout(resolve, ms);
    });
  }

  private place(run: Run, window: SampleWindow): void {
    const { context, span } = run;
    const frames = Math.floor(window.samples.length / window.nChannels);
    const windowEndS = window.start_s + frames / window.rate;
    const untilS = Math.min(windowEndS, span.endS);
    if (frames === 0 || untilS <= run.scheduledS + 1e-6) {
      // The recording is shorter than its peaks said: what is here is all there is.
      span.endS = run.scheduledS;
      return;
    }
    const late = context.currentTime + 0.002 - (run.zero + run.scheduledS);
    if (late > 0) run.zero += late + LEAD_S;
    const node = context.createBufferSource();
    node.buffer = bufferOf(context, window, this.solo);
    node.connect(run.gain);
    node.onended = () => {
      run.nodes.delete(node);
      node.disconnect();
    };
    node.start(
      run.zero + run.scheduledS,
      run.scheduledS - window.start_s,
      untilS - run.scheduledS,
    );
    run.nodes.add(node);
    run.scheduledS = untilS;
    if (untilS >= span.endS - 1e-6) {
      const end = run.zero + span.endS;
      run.gain.gain.setValueAtTime(1, Math.max(context.currentTime, end - FADE_S));
      run.gain.gain.linearRampToValueAtTime(0, end);
    }
  }

  private end(byItself: boolean): void {
    const run = this.run;
    if (!run) return;
    const untilS = byItself ? run.span.endS : (this.position ?? run.span.startS);
    this.run = null;
    clearTimeout(run.timer);
    const { context, gain, nodes } = run;
    gain.gain.cancelScheduledValues(context.currentTime);
    gain.gain.setTargetAtTime(0, context.currentTime, FADE_S / 2);
    for (const node of nodes) node.stop(context.currentTime + 4 * FADE_S);
    setTimeout(() => gain.disconnect(), 100);
    this.sound.rest(this);
    this.events.stopped(run.span, untilS, byItself);
  }
}

function bufferOf(context: AudioContext, window: SampleWindow, solo: number | null): AudioBuffer {
  const { samples, nChannels, rate } = window;
  const frames = Math.floor(samples.length / nChannels);
  const alone = solo !== null && solo < nChannels;
  // More than two channels are mixed: even ones to the left, odd ones to the right.
  const nOut = alone || nChannels === 1 ? 1 : 2;
  const buffer = context.createBuffer(nOut, Math.max(1, frames), rate);
  for (let out = 0; out < nOut; out++) {
    const data = buffer.getChannelData(out);
    const sources = alone ? [solo] : range(out, nChannels, nOut);
    for (const channel of sources) {
      for (let i = 0, j = channel; i < frames; i++, j += nChannels) {
        data[i] = (data[i] as number) + (samples[j] as number) / 32768;
      }
    }
  }
  return buffer;
}

function range(from: number, to: number, by: number): number[] {
  const out = [];
  for (let i = from; i < to; i += by) out.push(i);
  return out;
}
