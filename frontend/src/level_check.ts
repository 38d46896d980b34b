// A burst of noise on one side, as loud as speech, to check headphones and level by ear.

import { Sound } from "./sound";

export type Side = "left" | "right";

const RATE = 16_000;
const LASTS_S = 0.7;
const FADE_S = 0.03;
/** Level of speech as telephones carry it: -23 dB re full scale. */
const LEVEL_RMS = 10 ** (-23 / 20);

/** Samples of the burst: noise, most of it where speech is, with soft ends. */
export function burstSamples(random: () => number = Math.random): Float32Array<ArrayBuffer> {
  const n = Math.round(RATE * LASTS_S);
  const out = new Float32Array(n);
  let low = 0;
  for (let i = 0; i < n; i++) {
    low += 0.25 * (random() * 2 - 1 - low);
    out[i] = low;
  }
  const rms = Math.sqrt(out.reduce((sum, x) => sum + x * x, 0) / n);
  const fade = RATE * FADE_S;
  return out.map((x, i) => (x / rms) * LEVEL_RMS * Math.min(1, i / fade, (n - i) / fade));
}

/** Play the burst on one side. */
export async function playBurst(side: Side, signal: AbortSignal): Promise<void> {
  const sound = new Sound();
  const voice = { hush: () => source?.stop() };
  let source: AudioBufferSourceNode | null = null;
  try {
    const context = await sound.context(RATE, voice);
    if (signal.aborted) return;
    const buffer = context.createBuffer(2, Math.round(RATE * LASTS_S), RATE);
    buffer.copyToChannel(burstSamples(), side === "left" ? 0 : 1);
    source = new AudioBufferSourceNode(context, { buffer });
    source.connect(context.destination);
    const ended = new Promise<void>((resolve) => source?.addEventListener("ended", () => resolve()));
    signal.addEventListener("abort", voice.hush);
    source.start();
    await ended;
  } finally {
    sound.rest(voice);
    sound.close();
  }
}
