import { describe, expect, it } from "vitest";
import { Stretcher } from "../src/stretch";

const RATE = 8000;

function tone(hertz: number, seconds: number, rate = RATE): Float32Array {
  return Float32Array.from(
    { length: Math.round(seconds * rate) },
    (_, i) => 0.5 * Math.sin((2 * Math.PI * hertz * i) / rate),
  );
}

/** All of a sound, stretched in pieces of some length. */
function stretched(sound: Float32Array[], speed: number, piece: number, rate = RATE): Float32Array[] {
  const stretcher = new Stretcher(sound.length, rate, speed);
  const parts: Float32Array[][] = [];
  for (let at = 0; at < (sound[0] as Float32Array).length; at += piece) {
    parts.push(stretcher.push(sound.map((channel) => channel.subarray(at, at + piece))));
  }
  parts.push(stretcher.end());
  return sound.map((_, c) => Float32Array.from(parts.flatMap((part) => [...(part[c] ?? [])])));
}

function crossings(samples: Float32Array): number {
  let count = 0;
  for (let i = 1; i < samples.length; i++) {
    if ((samples[i - 1] as number) < 0 && (samples[i] as number) >= 0) count += 1;
  }
  return count;
}

describe("stretching", () => {
  const speeds = [0.5, 0.7, 0.9, 1.1, 1.5, 2];

  it.each(speeds)("at %f gives sound of the right length at the same pitch", (speed) => {
    for (const hertz of [90, 220, 440, 1000]) {
      const [out] = stretched([tone(hertz, 3)], speed, RATE) as [Float32Array];
      expect(out.length).toBe(Math.round((3 * RATE) / speed));
      expect((crossings(out) / out.length) * RATE).toBeCloseTo(hertz, -1);
    }
  });

  it.each(speeds)("at %f leaves no clicks and no dips in a steady tone", (speed) => {
    const [out] = stretched([tone(440, 2)], speed, 3000) as [Float32Array];
    // A sine of 440 Hz and .5 moves by at most 2 pi 440 / 8000 * .5 = .173 a sample.
    let jump = 0;
    for (let i = 1; i < out.length; i++) {
      jump = Math.max(jump, Math.abs((out[i] as number) - (out[i - 1] as number)));
    }
    expect(jump).toBeLessThan(0.19);
    for (let at = 0; at + 80 <= out.length; at += 80) {
      expect(Math.max(...out.subarray(at, at + 80))).toBeGreaterThan(0.45);
    }
  });

  it("does not depend on how the sound is cut into pieces", () => {
    const sound = Float32Array.from({ length: 20_000 }, (_, i) =>
      Math.sin(i / 9) * Math.sin(i / 1300) + 0.2 * Math.sin(i * i * 0.001),
    );
    const [whole] = stretched([sound], 1.3, 20_000) as [Float32Array];
    const [pieces] = stretched([sound], 1.3, 777) as [Float32Array];
    expect(pieces).toEqual(whole);
  });

  it.each(speeds)("at %f keeps every moment at its place", (speed) => {
    const sound = new Float32Array(10 * RATE);
    for (let second = 1; second < 10; second++) sound.set(tone(500, 0.03), second * RATE);
    const [out] = stretched([sound], speed, RATE) as [Float32Array];
    for (let second = 1; second < 10; second++) {
      const near = Math.round((second * RATE) / speed);
      let at = near - 400;
      while (at < near + 400 && Math.abs(out[at] as number) < 0.1) at += 1;
      expect(Math.abs((at - near) / RATE) * speed).toBeLessThan(0.02);
    }
  });

  it("keeps channels together, whichever of them speaks", () => {
    const silent = new Float32Array(2 * RATE);
    const [left, right] = stretched([tone(300, 2), silent], 1.6, 4000) as [Float32Array, Float32Array];
    expect(left.length).toBe(right.length);
    expect(Math.max(...right)).toBe(0);
    expect((crossings(left) / left.length) * RATE).toBeCloseTo(300, -1);
  });

  it("takes a sound shorter than a block", () => {
    const [out] = stretched([tone(440, 0.01)], 2, 8000) as [Float32Array];
    expect(out.length).toBe(40);
    expect(stretched([new Float32Array()], 2, 8000)[0]).toHaveLength(0);
  });

  it("finds similar places at high rates as well", () => {
    const [out] = stretched([tone(220, 1, 48_000)], 0.6, 48_000, 48_000) as [Float32Array];
    expect((crossings(out) / out.length) * 48_000).toBeCloseTo(220, -1);
  });
});
