// How loud each lane is, fifty times a second, measured once for every window of samples.

import { WINDOW_S, type SampleWindow, type SampleWindows } from "./windows";

const PER_S = 50;
const measured = new WeakMap<SampleWindow, Float32Array[]>();

/** Highest level in each of n bins of an interval; null where no samples are here yet. */
export function levelsOf(
  windows: SampleWindows,
  source: string,
  channel: number,
  startS: number,
  endS: number,
  n: number,
): (number | null)[] {
  const width = (endS - startS) / n;
  return Array.from({ length: n }, (_, bin) => {
    const from = startS + bin * width;
    const window = windows.peek(source, from);
    const levels = window ? levelsIn(window)[channel] : undefined;
    if (!window || !levels) return null;
    const first = Math.floor((from - window.start_s) * PER_S);
    const last = Math.max(first + 1, Math.floor((from + width - window.start_s) * PER_S));
    let highest = 0;
    for (let i = first; i < last; i++) highest = Math.max(highest, levels[i] ?? 0);
    return highest;
  });
}

function levelsIn(window: SampleWindow): Float32Array[] {
  const known = measured.get(window);
  if (known) return known;
  const { samples, nChannels, rate } = window;
  const levels = Array.from(
    { length: nChannels },
    () => new Float32Array(Math.ceil(WINDOW_S * PER_S)),
  );
  for (let i = 0; i < samples.length; i++) {
    const bin = Math.floor((Math.floor(i / nChannels) * PER_S) / rate);
    const own = levels[i % nChannels] as Float32Array;
    const level = Math.abs(samples[i] as number) / 32768;
    if (level > (own[bin] ?? Infinity)) own[bin] = level;
  }
  measured.set(window, levels);
  return levels;
}
