// Plays any interval of a source, piece after piece, placed on the audio clock to the sample.

import { Sound } from "./sound";
import { Stretcher } from "./stretch";
import type { SampleWindow, SampleWindows } from "./windows";

export interface Played {
  source: string;
  startS: number;
  endS: number;
}

/** How sound is played; changes count from the next time on. */
export interface Manner {
  /** Only this channel, in both ears; null plays all as recorded. */
  solo: number | null;
  /** Seconds of the source a second; the pitch stays. */
  speed: number;
  /** Factor by channel; one where there is none. */
  gains: readonly number[];
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
/** Stretching takes its time, so it is done in pieces; the first of them sounds soon. */
const STRETCHED_PIECE_S = 1;

interface Run {
  span: Played;
  sourceEndS: number;
  manner: Manner;
  rate: number;
  context: AudioContext;
  gain: GainNode;
  nodes: Set<AudioBufferSourceNode>;
  stretcher: Stretcher | null;
  /** Frame of the audio clock at which the span begins to sound. */
  zero: number;
  /** Next frame of the source to be read, and the frame after its last. */
  next: number;
  last: number;
  /** Frames handed to the loudspeaker. */
  nPlaced: number;
  allPlaced: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export class CallAudio {
  manner: Manner = { solo: null, speed: 1, gains: [] };
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

  /** What is playing; null while nothing is. */
  get span(): Played | null {
    return this.run?.span ?? null;
  }

  /** Second of the source that is sounding now; null while nothing plays. */
  get position(): number | null {
    const run = this.run;
    if (!run) return null;
    const { span, rate, context, manner } = run;
    const heardAt = context.currentTime - (context.outputLatency || 0);
    const sounded = Math.max(0, Math.min(heardAt - run.zero / rate, run.nPlaced / rate));
    return Math.min(span.startS + sounded * manner.speed, span.endS);
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
      const { rate } = window;
      const { speed, solo } = this.manner;
      const endS = Math.min(span.endS, sourceEndS);
      const gain = context.createGain();
      gain.connect(context.destination);
      const run: Run = {
        span: { ...span, endS },
        sourceEndS,
        manner: { ...this.manner },
        rate,
        context,
        gain,
        nodes: new Set(),
        stretcher: speed === 1 ? null : new Stretcher(nOut(window.nChannels, solo), rate, speed),
        zero: soonest(context, rate),
        next: Math.round(span.startS * rate),
        last: Math.round(endS * rate),
        nPlaced: 0,
        allPlaced: false,
        timer: undefined,
      };
      fadeIn(run);
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
        const { rate, context, span } = run;
        if (run.allPlaced) {
          const rest = (span.endS - (this.position ?? span.endS)) / run.manner.speed;
          if (rest <= 0.001) return this.end(true);
          await this.pause(run, Math.min(TICK_MS, rest * 1000 + 5));
        } else if ((run.zero + run.nPlaced) / rate - context.currentTime > AHEAD_S) {
          await this.pause(run, TICK_MS);
        } else {
          const window = await this.windows.at(span.source, run.next / rate, run.sourceEndS);
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
    const { stretcher, rate, manner } = run;
    const begin = Math.round(window.start_s * rate);
    const frames = Math.floor(window.samples.length / window.nChannels);
    const longest = stretcher ? Math.round(STRETCHED_PIECE_S * rate) : Infinity;
    const until = Math.min(begin + frames, run.last, run.next + longest);
    if (until <= run.next) {
      // The recording is shorter than its peaks said: what is here is all there is.
      run.last = run.next;
      run.span.endS = run.next / rate;
    } else {
      const piece = outputOf(window, run.next - begin, until - begin, manner);
      run.next = until;
      this.sendOut(run, stretcher ? stretcher.push(piece) : piece);
    }
    if (run.next < run.last) return;
    if (stretcher) this.sendOut(run, stretcher.end());
    run.allPlaced = true;
    const { gain } = run.gain;
    const end = (run.zero + run.nPlaced) / rate;
    gain.setValueAtTime(1, Math.max(run.context.currentTime, end - FADE_S));
    gain.linearRampToValueAtTime(0, end);
  }

  private sendOut(run: Run, piece: Float32Array[]): void {
    const { context, rate } = run;
    const length = piece[0]?.length ?? 0;
    if (length === 0) return;
    if (context.currentTime + 0.002 > (run.zero + run.nPlaced) / rate) {
      run.zero = soonest(context, rate) - run.nPlaced;
      fadeIn(run);
    }
    const buffer = context.createBuffer(piece.length, length, rate);
    piece.forEach((samples, channel) => buffer.getChannelData(channel).set(samples));
    const node = context.createBufferSource();
    node.buffer = buffer;
    node.connect(run.gain);
    node.onended = () => {
      run.nodes.delete(node);
      node.disconnect();
    };
    node.start((run.zero + run.nPlaced) / rate);
    run.nodes.add(node);
    run.nPlaced += length;
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

/** The first frame of the clock at which something new can sound. */
function soonest(context: AudioContext, rate: number): number {
  return Math.ceil((context.currentTime + LEAD_S) * rate);
}

/** Let what is placed next begin without a click. */
function fadeIn({ gain, zero, nPlaced, rate }: Run): void {
  const begin = (zero + nPlaced) / rate;
  gain.gain.setValueAtTime(0, begin);
  gain.gain.linearRampToValueAtTime(1, begin + FADE_S);
}

function nOut(nChannels: number, solo: number | null): number {
  return nChannels === 1 || (solo !== null && solo < nChannels) ? 1 : 2;
}

/** Frames of a window as they go to the ears; of more than two channels the even ones to the left. */
function outputOf(window: SampleWindow, from: number, until: number, manner: Manner): Float32Array[] {
  const { samples, nChannels } = window;
  const { solo, gains } = manner;
  const ears = nOut(nChannels, solo);
  return Array.from({ length: ears }, (_, ear) => {
    const out = new Float32Array(until - from);
    const alone = solo !== null && solo < nChannels;
    for (let channel = alone ? solo : ear; channel < nChannels; channel += ears) {
      const factor = (gains[channel] ?? 1) / 32768;
      for (let i = 0, j = from * nChannels + channel; i < out.length; i++, j += nChannels) {
        (out[i] as number) += (samples[j] as number) * factor;
      }
      if (alone) break;
    }
    return out;
  });
}
