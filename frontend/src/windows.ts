// A call's samples in windows on a fixed grid: asked for once, kept while there is room.
// Sound and waveform read the same windows, so they cannot drift apart.

export const WINDOW_S = 10;
const ROOM_BYTES = 24 * 2 ** 20;

export interface SampleWindow {
  start_s: number;
  rate: number;
  nChannels: number;
  /** Interleaved. */
  samples: Int16Array;
}

export interface WindowAnswer {
  sampling_rate_hz: number;
  n_channels: number;
  buffer: DataView;
}

export type FetchWindow = (
  source: string,
  startS: number,
  endS: number,
) => Promise<WindowAnswer>;

/** Interleaved 16-bit samples of a message; copied only where the bytes are not aligned. */
export function samplesOf(bytes: DataView): Int16Array {
  const { buffer, byteOffset, byteLength } = bytes;
  return byteOffset % 2 === 0
    ? new Int16Array(buffer as ArrayBuffer, byteOffset, byteLength >> 1)
    : new Int16Array((buffer as ArrayBuffer).slice(byteOffset, byteOffset + byteLength));
}

export class SampleWindows {
  private readonly kept = new Map<string, SampleWindow>();
  private readonly coming = new Map<string, Promise<SampleWindow>>();
  private bytes = 0;

  constructor(
    private readonly fetch: FetchWindow,
    private readonly arrived: () => void = () => {},
  ) {}

  /** The window that holds a moment; `endS` is where the source ends. */
  at(source: string, second: number, endS: number): Promise<SampleWindow> {
    const number = Math.floor(second / WINDOW_S + 1e-9);
    const key = `${number} ${source}`;
    const here = this.kept.get(key);
    if (here) {
      this.kept.delete(key);
      this.kept.set(key, here);
      return Promise.resolve(here);
    }
    let coming = this.coming.get(key);
    if (!coming) {
      coming = this.load(key, source, number * WINDOW_S, endS);
      this.coming.set(key, coming);
    }
    return coming;
  }

  /** The window that holds a moment, if it is here already. */
  peek(source: string, second: number): SampleWindow | null {
    return this.kept.get(`${Math.floor(second / WINDOW_S + 1e-9)} ${source}`) ?? null;
  }

  /** Ask for all windows of an interval, in order. */
  async want(source: string, startS: number, untilS: number, endS: number): Promise<void> {
    const until = Math.min(untilS, endS);
    for (let at = Math.floor(Math.max(0, startS) / WINDOW_S) * WINDOW_S; at < until; ) {
      await this.at(source, at, endS);
      at += WINDOW_S;
    }
  }

  clear(): void {
    this.kept.clear();
    this.bytes = 0;
  }

  private async load(
    key: string,
    source: string,
    startS: number,
    endS: number,
  ): Promise<SampleWindow> {
    try {
      const answer = await this.fetch(source, startS, Math.min(startS + WINDOW_S, endS));
      const window: SampleWindow = {
        start_s: startS,
        rate: answer.sampling_rate_hz,
        nChannels: answer.n_channels,
        samples: samplesOf(answer.buffer),
      };
      this.kept.set(key, window);
      this.bytes += window.samples.byteLength;
      for (const [oldest, old] of this.kept) {
        if (this.bytes <= ROOM_BYTES || oldest === key) break;
        this.kept.delete(oldest);
        this.bytes -= old.samples.byteLength;
      }
      this.arrived();
      return window;
    } finally {
      this.coming.delete(key);
    }
  }
}

/** Lowest and highest sample in each of n bins of an interval; null where nothing is here yet. */
export function peaksOf(
  windows: SampleWindows,
  source: string,
  channel: number,
  startS: number,
  endS: number,
  n: number,
): (readonly [number, number] | null)[] {
  const out: (readonly [number, number] | null)[] = [];
  const width = (endS - startS) / n;
  for (let bin = 0; bin < n; bin++) {
    const from = startS + bin * width;
    const window = from < 0 ? null : windows.peek(source, from);
    if (!window || channel >= window.nChannels) {
      out.push(null);
      continue;
    }
    const { rate, nChannels, samples } = window;
    const nFrames = samples.length / nChannels;
    const first = Math.floor((from - window.start_s) * rate);
    const last = Math.min(nFrames, Math.max(first + 1, Math.ceil((from - window.start_s + width) * rate)));
    if (first >= nFrames) {
      out.push(null);
      continue;
    }
    let [low, high] = [32767, -32768];
    for (let i = first * nChannels + channel; i < last * nChannels; i += nChannels) {
      const sample = samples[i] as number;
      if (sample < low) low = sample;
      if (sample > high) high = sample;
    }
    out.push([low / 32768, high / 32768]);
  }
  return out;
}
