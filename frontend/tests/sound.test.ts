import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CallAudio, type Played } from "../src/call_audio";
import { Listening } from "../src/listening";
import { type FetchWindow, peaksOf, samplesOf, SampleWindows } from "../src/windows";
import { settle, silence, view } from "./page";

interface Started {
  when: number;
  duration: number;
  channels: number;
  samples: Float32Array;
}

/** A context whose clock the test turns. */
class SilentContext {
  static all: SilentContext[] = [];
  currentTime = 1;
  outputLatency = 0;
  state = "running";
  destination = {};
  started: Started[] = [];
  stopped = 0;

  constructor(readonly options: { sampleRate: number }) {
    SilentContext.all.push(this);
  }

  createGain() {
    const gain = {
      setValueAtTime() {},
      linearRampToValueAtTime() {},
      cancelScheduledValues() {},
      setTargetAtTime() {},
    };
    return { gain, connect() {}, disconnect() {} };
  }

  createBuffer(channels: number, length: number, sampleRate: number) {
    const data = Array.from({ length: channels }, () => new Float32Array(length));
    return { sampleRate, data, getChannelData: (i: number) => data[i] };
  }

  createBufferSource() {
    const context = this;
    return {
      buffer: null as null | { sampleRate: number; data: Float32Array[] },
      connect() {},
      disconnect() {},
      start(when: number) {
        const { data, sampleRate } = this.buffer ?? { data: [], sampleRate: 1 };
        const samples = data[0] ?? new Float32Array();
        const duration = samples.length / sampleRate;
        context.started.push({ when, duration, channels: data.length, samples });
      },
      stop() {
        context.stopped += 1;
      },
    };
  }

  async resume() {}
  async suspend() {}
  async close() {
    this.state = "closed";
  }
}

const sum = (started: Started[]) => started.reduce((all, { duration }) => all + duration, 0);

let windows: SampleWindows;
let fetched: [number, number][];
let stops: [number, boolean][];
let errors: string[];
let audio: CallAudio;
const span = (startS: number, endS: number): Played => ({ source: "7", startS, endS });
const context = () => SilentContext.all.at(-1) as SilentContext;

async function turnTo(seconds: number): Promise<void> {
  while (context().currentTime < seconds) {
    context().currentTime = Math.min(seconds, context().currentTime + 0.25);
    await vi.advanceTimersByTimeAsync(250);
  }
}

function listenTo(fetch: FetchWindow): void {
  audio?.close();
  windows = new SampleWindows(fetch);
  audio = new CallAudio(windows, {
    started: () => {},
    stopped: (_span, untilS, byItself) => stops.push([untilS, byItself]),
    failed: (error) => errors.push(error.message),
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("AudioContext", SilentContext);
  SilentContext.all = [];
  [fetched, stops, errors] = [[], [], []];
  listenTo(async (_source, a, b) => {
    fetched.push([a, b]);
    return silence(a, b);
  });
});

afterEach(() => {
  audio.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("playing", () => {
  it("places window after window without a gap, to the sample", async () => {
    await audio.play(span(4, 27), 60);
    await turnTo(25);
    const { started, options } = context();
    expect(options.sampleRate).toBe(8000);
    expect(fetched).toEqual([
      [0, 10],
      [10, 20],
      [20, 30],
    ]);
    expect(started.map(({ duration }) => duration)).toEqual([6, 10, 7]);
    for (const [i, next] of started.slice(1).entries()) {
      const before = started[i] as Started;
      expect(next.when).toBeCloseTo(before.when + before.duration, 9);
    }
  });

  it("tells the second that sounds, and that it has ended by itself", async () => {
    await audio.play(span(4, 6), 60);
    const begin = (context().started[0] as Started).when;
    context().currentTime = begin + 0.5;
    expect(audio.position).toBeCloseTo(4.5, 6);
    context().outputLatency = 0.1;
    expect(audio.position).toBeCloseTo(4.4, 6);
    await turnTo(begin + 3);
    expect([audio.playing, audio.position, stops]).toEqual([false, null, [[6, true]]]);
  });

  it("stops where it is, and says where", async () => {
    await audio.play(span(4, 9), 60);
    context().currentTime = (context().started[0] as Started).when + 1.25;
    audio.stop();
    expect(stops).toEqual([[5.25, false]]);
    expect(context().stopped).toBe(1);
  });

  it("lets the picture wait with the sound when a window comes late", async () => {
    let arrive: () => void = () => {};
    listenTo(async (_source, a, b) => {
      if (a > 0) await new Promise<void>((resolve) => (arrive = resolve));
      return silence(a, b);
    });
    await audio.play(span(8, 14), 60);
    const begin = (context().started[0] as Started).when;
    await turnTo(begin + 5);
    expect(audio.position).toBe(10);
    arrive();
    await vi.advanceTimersByTimeAsync(1);
    const late = context().started[1] as Started;
    expect(late.when).toBeGreaterThan(begin + 5);
    context().currentTime = late.when + 1;
    expect(audio.position).toBeCloseTo(11, 6);
  });

  it("only lets the last of several requests sound", async () => {
    void audio.play(span(0, 5), 60);
    await audio.play(span(20, 25), 60);
    await settle();
    expect(context().started).toHaveLength(1);
    expect(audio.position).toBe(20);
  });

  it("plays one channel in both ears when asked to", async () => {
    listenTo(async (_source, a, b) => ({ ...silence(a, b), buffer: view([0, 100, 0, 200]) }));
    audio.manner = { ...audio.manner, solo: 1 };
    await audio.play(span(0, 5), 60);
    const { channels, samples } = context().started[0] as Started;
    expect([channels, ...samples]).toEqual([1, 100 / 32768, 200 / 32768]);
  });

  it("makes channels louder or softer by their own factors", async () => {
    listenTo(async (_source, a, b) => ({ ...silence(a, b), buffer: view([100, 100]) }));
    audio.manner = { ...audio.manner, gains: [2, 0.5] };
    await audio.play(span(0, 5), 60);
    expect([...(context().started[0] as Started).samples]).toEqual([200 / 32768]);
  });

  it.each([0.5, 1.3, 2])("at %f times follows the recording to its end", async (speed) => {
    audio.manner = { ...audio.manner, speed };
    await audio.play(span(4, 27), 60);
    await settle();
    const { started } = context();
    const begin = (started[0] as Started).when;
    context().currentTime = begin + 2;
    expect(audio.position).toBeCloseTo(4 + 2 * speed, 6);
    await turnTo(begin + 23 / speed + 1);
    expect(stops).toEqual([[27, true]]);
    expect(sum(started)).toBeCloseTo(23 / speed, 3);
    for (const [i, next] of started.slice(1).entries()) {
      const before = started[i] as Started;
      expect(next.when).toBeCloseTo(before.when + before.duration, 9);
    }
  });

  it("ends where the recording ends, though its peaks promised more", async () => {
    listenTo(async (_source, a, b) => silence(a, Math.min(b, 12)));
    await audio.play(span(8, 25), 25);
    await turnTo((context().started[0] as Started).when + 12);
    expect(stops).toEqual([[12, true]]);
  });

  it("passes on why there is nothing to hear", async () => {
    listenTo(() => Promise.reject(new Error("Call 7 has no audio.")));
    await audio.play(span(0, 5), 60);
    expect([errors, audio.playing]).toEqual([["Call 7 has no audio."], false]);
  });

  it("hushes another widget's sound, and closes the contexts with the last widget", async () => {
    await audio.play(span(0, 5), 60);
    const second = new CallAudio(windows, { started() {}, stopped() {}, failed() {} });
    await second.play(span(5, 9), 60);
    expect([audio.playing, second.playing]).toEqual([false, true]);
    second.close();
    expect(context().state).toBe("running");
    audio.close();
    expect(SilentContext.all.map(({ state }) => state)).toEqual(["closed"]);
  });
});

describe("windows", () => {
  it("are fetched once, also when asked for twice at the same time", async () => {
    await Promise.all([windows.at("7", 3, 60), windows.at("7", 9.99, 60), windows.at("7", 3, 60)]);
    expect(fetched).toEqual([[0, 10]]);
    await windows.want("7", 8, 25, 22);
    expect(fetched).toEqual([
      [0, 10],
      [10, 20],
      [20, 22],
    ]);
  });

  it("are asked for again after a failure", async () => {
    let calls = 0;
    windows = new SampleWindows(async (_source, a, b) => {
      calls += 1;
      if (calls === 1) throw new Error("once");
      return silence(a, b);
    });
    await expect(windows.at("7", 0, 60)).rejects.toThrow("once");
    await expect(windows.at("7", 0, 60)).resolves.toMatchObject({ start_s: 0 });
  });

  it("make room for new ones, the oldest first", async () => {
    windows = new SampleWindows(async (_s, a, b) => silence(a, b, 96_000, 4));
    for (let at = 0; at < 50; at += 10) await windows.at("7", at, 60);
    const here = [0, 10, 20, 30, 40].map((at) => windows.peek("7", at) !== null);
    expect(here).toEqual([false, false, true, true, true]);
  });

  it("read samples from bytes that are not aligned", () => {
    const bytes = new Uint8Array([9, 1, 0, 255, 255]);
    expect([...samplesOf(new DataView(bytes.buffer, 1, 4))]).toEqual([1, -1]);
    expect([...samplesOf(view([5, -6]))]).toEqual([5, -6]);
  });

  it("give the peaks of one channel, and null where no samples are", async () => {
    const samples = new Int16Array(2 * 10);
    samples.set([16384, -1, -16384, -1, 8192, -1], 0);
    windows = new SampleWindows(async () => ({
      sampling_rate_hz: 1,
      n_channels: 2,
      buffer: new DataView(samples.buffer),
    }));
    await windows.at("7", 0, 20);
    expect(peaksOf(windows, "7", 0, 0, 4, 2)).toEqual([
      [-0.5, 0.5],
      [0, 0.25],
    ]);
    expect(peaksOf(windows, "7", 0, -2, 2, 2)[0]).toBeNull();
    expect(peaksOf(windows, "7", 0, 12, 14, 1)).toEqual([null]);
    expect(peaksOf(windows, "7", 2, 0, 4, 1)).toEqual([null]);
  });
});

describe("evidence of listening", () => {
  it("counts every second once", () => {
    const listening = new Listening();
    listening.heard("7", "a", 0, 2);
    listening.heard("7", "a", 1, 3);
    listening.heard("7", "a", 5, 6);
    listening.heard("8", "b", 0, 100);
    expect(listening.share("a", 0, 4)).toBeCloseTo(0.75);
    expect(listening.share("a", 2, 6)).toBeCloseTo(0.5);
    expect(listening.until("7")).toBe(6);
    expect([listening.until("9"), listening.share("c", 0, 1)]).toEqual([0, 0]);
  });

  it("begins anew for a repeat of the same utterance, but not for the call", () => {
    const listening = new Listening();
    listening.played("first time");
    listening.heard("7", "first time", 0, 4);
    expect([listening.nPlays("again"), listening.share("again", 0, 4)]).toEqual([0, 0]);
    expect(listening.until("7")).toBe(4);
  });

  it("counts plays by item and ignores empty spans", () => {
    const listening = new Listening();
    listening.played("a");
    listening.played("a");
    listening.heard("7", "a", 3, 3);
    expect([listening.nPlays("a"), listening.nPlays("b"), listening.until("7")]).toEqual([2, 0, 0]);
  });
});
