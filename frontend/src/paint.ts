// Drawing waveforms by hand: a few milliseconds for any length.

export type Peak = readonly [number, number] | null;

export interface Canvas {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
}

/** Fit a canvas to its box and the screen's density, and clear it; null where nothing can be drawn. */
export function prepare(canvas: HTMLCanvasElement): Canvas | null {
  const density = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  const context = width > 0 && height > 0 ? canvas.getContext("2d") : null;
  if (!context) return null;
  canvas.width = Math.round(width * density);
  canvas.height = Math.round(height * density);
  context.setTransform(density, 0, 0, density, 0, 0);
  return { context, width, height };
}

/** Draw peaks from left to right; a thin line where there are none. */
export function drawPeaks(
  { context }: Canvas,
  peaks: readonly Peak[],
  box: { x: number; y: number; width: number; height: number },
  gain: number,
  colour: string,
): void {
  const middle = box.y + box.height / 2;
  const half = box.height / 2 - 1;
  const step = box.width / peaks.length;
  context.fillStyle = colour;
  peaks.forEach((peak, i) => {
    const [low, high] = peak ?? [0, 0];
    const top = middle - Math.min(1, high * gain) * half;
    const bottom = middle - Math.max(-1, low * gain) * half;
    const tall = Math.max(peak ? 1.2 : 0.6, bottom - top);
    context.fillRect(box.x + i * step, (top + bottom - tall) / 2, step + 0.35, tall);
  });
}

/** Peaks of a lane for n bins of an interval. */
export function lanePeaks(
  peaks: Int8Array,
  durationS: number,
  startS: number,
  endS: number,
  n: number,
): Peak[] {
  const count = peaks.length / 2;
  const out: Peak[] = [];
  for (let i = 0; i < n; i++) {
    const from = ((startS + ((endS - startS) * i) / n) / durationS) * count;
    const to = ((startS + ((endS - startS) * (i + 1)) / n) / durationS) * count;
    if (to <= 0 || from >= count) {
      out.push(null);
      continue;
    }
    let [low, high] = [127, -127];
    for (let bin = Math.max(0, Math.floor(from)); bin < Math.min(count, Math.max(to, from + 1)); bin++) {
      low = Math.min(low, peaks[2 * bin] as number);
      high = Math.max(high, peaks[2 * bin + 1] as number);
    }
    out.push([low / 127, high / 127]);
  }
  return out;
}

const gains = new WeakMap<Int8Array, number>();

/** Factor that makes the loudest moment of a lane fill its height. */
export function gainOf(peaks: Int8Array): number {
  let gain = gains.get(peaks);
  if (gain === undefined) {
    let loudest = 0;
    for (const value of peaks) loudest = Math.max(loudest, Math.abs(value));
    gain = loudest > 0 ? 127 / Math.max(8, loudest) : 1;
    gains.set(peaks, gain);
  }
  return gain;
}

const TICKS_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

/** Round times for an axis, about one every 80 pixels. */
export function ticks(startS: number, endS: number, width: number): number[] {
  const wanted = ((endS - startS) / Math.max(1, width)) * 80;
  const by = TICKS_S.find((tick) => tick >= wanted) ?? 7200;
  const out: number[] = [];
  for (let i = Math.ceil(startS / by - 1e-9); i * by <= endS + 1e-9; i++) out.push(i * by);
  return out;
}
