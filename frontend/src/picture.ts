// Spectrogram, F0 and level of some seconds of one channel, as Python measured them.

import type { Answer } from "./wire";

export interface Picture {
  /** Where the first frame begins; the middle of each is half a hop later. */
  startS: number;
  hopS: number;
  nFrames: number;
  nBands: number;
  lowHz: number;
  highHz: number;
  scale: string;
  /** Frame after frame, lowest band first; 0 is the floor, 255 the ceiling. */
  bands: Uint8Array;
  /** NaN where there is no voice. */
  f0Hz: Float32Array;
  levelDb: Float32Array;
}

export interface Wanted {
  call_id: string;
  channel: number;
  start_s: number;
  end_s: number;
}

const KEPT = 6;

/** Pictures by what they show: asked for once, the last few kept. */
export class Pictures {
  private readonly kept = new Map<string, Promise<Picture>>();

  constructor(private readonly ask: (wanted: Wanted) => Promise<Answer>) {}

  get(wanted: Wanted): Promise<Picture> {
    const { call_id, channel, start_s, end_s } = wanted;
    const key = `${channel} ${start_s} ${end_s} ${call_id}`;
    const here = this.kept.get(key);
    if (here) return here;
    const coming = this.ask(wanted).then(pictureOf);
    this.kept.set(key, coming);
    coming.catch(() => this.kept.delete(key));
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= KEPT) break;
      this.kept.delete(oldest);
    }
    return coming;
  }
}

export function pictureOf(answer: Answer): Picture {
  const [bands, f0, level] = answer.buffers;
  return {
    startS: Number(answer["start_s"]),
    hopS: Number(answer["hop_s"]),
    nFrames: Number(answer["n_frames"]),
    nBands: Number(answer["n_bands"]),
    lowHz: Number(answer["low_hz"]),
    highHz: Number(answer["high_hz"]),
    scale: String(answer["scale"]),
    bands: new Uint8Array(bytesOf(bands)),
    f0Hz: new Float32Array(bytesOf(f0)),
    levelDb: new Float32Array(bytesOf(level)),
  };
}

/** The bytes of a message, moved to where numbers may begin. */
function bytesOf(view: DataView | undefined): ArrayBuffer {
  if (!view) return new ArrayBuffer(0);
  return (view.buffer as ArrayBuffer).slice(view.byteOffset, view.byteOffset + view.byteLength);
}

/** Where a frequency lies between the lowest and the highest of a picture, 0..1. */
export function placeOf(hertz: number, { lowHz, highHz, scale }: Picture): number {
  const warp =
    scale === "mel"
      ? (f: number) => Math.log1p(f / 700)
      : scale === "log"
        ? (f: number) => Math.log(Math.max(1, f))
        : (f: number) => f;
  return (warp(hertz) - warp(lowHz)) / (warp(highHz) - warp(lowHz));
}
