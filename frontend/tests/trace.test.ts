import { describe, expect, it } from "vitest";
import {
  emptyGrid,
  fill,
  gridOf,
  lagged,
  RATE_HZ,
  runsOf,
  spansOf,
  Take,
  tracedS,
  valueAt,
} from "../src/trace";
import { Hand } from "../src/trace_input";

const values = (grid: Float32Array, from: number, to: number) =>
  Array.from(grid.subarray(from, to), (v) => (Number.isNaN(v) ? null : Math.round(v * 1000) / 1000));

describe("the grid", () => {
  it("holds a value from a second until just before another", () => {
    const grid = emptyGrid(10);
    expect(grid.length).toBe(251);
    fill(grid, 1, 1.08, 0.5);
    fill(grid, 1.08, 1.1, 0.75);
    expect(values(grid, 24, 30)).toEqual([null, 0.5, 0.5, 0.75, null, null]);
    expect([valueAt(grid, 1.05), valueAt(grid, 0.99), valueAt(grid, 99)]).toEqual([0.5, null, null]);
  });

  it("changes only the stretch that is done again", () => {
    const grid = emptyGrid(4);
    fill(grid, 0, 4, 0.25);
    fill(grid, 0.5, 3, 1, { start_s: 1, end_s: 2 });
    expect(values(grid, 24, 26)).toEqual([0.25, 1]);
    expect(values(grid, 49, 51)).toEqual([1, 0.25]);
    expect(tracedS(grid)).toBe(4);
  });

  it("sends runs without gaps and without what the lag puts before the call", () => {
    const grid = emptyGrid(2);
    fill(grid, 0, 0.16, 0.5);
    fill(grid, 1, 1.08, -1);
    expect(runsOf(grid, 0)).toEqual([
      [0, [500, 500, 500, 500]],
      [25, [-1000, -1000]],
    ]);
    expect(runsOf(grid, 0.1)[0]).toEqual([3, [500]]);
    expect(runsOf(grid, 0.2)).toEqual([[25, [-1000, -1000]]]);
    const back = gridOf(runsOf(grid, 0), 2);
    expect(values(back, 0, 51)).toEqual(values(grid, 0, 51));
    expect(spansOf(grid, 2)).toEqual([
      [2, 3],
      [25, 26],
    ]);
  });

  it("makes one message of an hour, well below ten mebibytes", () => {
    const grid = emptyGrid(3600);
    for (let i = 0; i < grid.length; i++) grid[i] = -Math.abs(Math.sin(i / 100));
    const [run] = runsOf(grid, 0);
    expect(run?.[1].length).toBe(90_001);
    expect(JSON.stringify(run).length).toBeLessThan(600_000);
  });

  it("moves a stretch of the call to where the late hand answered it", () => {
    expect(lagged({ start_s: 2, end_s: 4 }, 1.5, 5)).toEqual({ start_s: 3.5, end_s: 5 });
  });
});

describe("a take", () => {
  const begin = (within: { start_s: number; end_s: number } | null = null) => {
    const grid = emptyGrid(10);
    return { grid, take: new Take(grid, { ms: 1000, value: 0 }, 2, within) };
  };

  it("lays what the hand did between two looks at the audio clock between its seconds", () => {
    const { grid, take } = begin();
    take.sounds(1100, 2.1);
    take.moved(1150, 1);
    take.sounds(1200, 2.2);
    take.sounds(1300, 2.3);
    const at = Math.ceil(2.15 * RATE_HZ);
    expect(values(grid, at - 2, at + 1)).toEqual([0, 0, 1]);
    expect(valueAt(grid, 2.28)).toBe(1);
    expect(valueAt(grid, 1.9)).toBeNull();
  });

  it("keeps a step for the next look when it is younger than this one", () => {
    const { grid, take } = begin();
    take.moved(1120, 1);
    take.sounds(1100, 2.1);
    take.sounds(1200, 2.2);
    expect(values(grid, 52, 54)).toEqual([0, 1]);
  });

  it("waits with the sound", () => {
    const { grid, take } = begin();
    take.sounds(1200, 2.2);
    take.moved(1900, 1);
    take.sounds(2000, 2.2);
    take.sounds(2100, 2.3);
    expect(values(grid, 54, 59)).toEqual([0, 1, 1, 1, null]);
  });

  it("leaves a gap where nobody looked at the hand", () => {
    const { grid, take } = begin();
    take.sounds(1100, 2.1);
    take.sounds(2400, 3.4);
    take.sounds(2440, 3.44);
    expect(spansOf(grid)).toEqual([
      [50, 52],
      [85, 85],
    ]);
  });

  it("keeps within its stretch", () => {
    const { grid, take } = begin({ start_s: 2.2, end_s: 2.4 });
    for (let i = 1; i <= 6; i++) take.sounds(1000 + 100 * i, 2 + 0.1 * i);
    expect(spansOf(grid)).toEqual([[55, 59]]);
  });

  it("reads twenty-five points a second off sixty frames a second", () => {
    const { grid, take } = begin();
    for (let i = 1; i <= 120; i++) take.sounds(1000 + (1000 * i) / 60, 2 + i / 60);
    expect(spansOf(grid)).toEqual([[50, 99]]);
  });
});

describe("the hand", () => {
  const open = () => {
    const moves: [number, number][] = [];
    return { moves, hand: new Hand((ms, place) => moves.push([ms, place])) };
  };

  it("moves a little at a tap and faster the longer a key is held", () => {
    const { hand } = open();
    hand.press("ArrowUp", 1000, false, false);
    hand.release("ArrowUp", 1060);
    const tap = hand.place - 0.5;
    expect(tap).toBeGreaterThan(0.02);
    expect(tap).toBeLessThan(0.05);
    hand.rest(0.5);
    hand.press("ArrowDown", 2000, false, false);
    hand.advance(2200);
    const first = 0.5 - hand.place;
    hand.advance(2400);
    const second = 0.5 - first - hand.place;
    expect(second).toBeGreaterThan(1.15 * first);
    hand.advance(3500);
    expect(hand.place).toBe(0);
  });

  it("does the same however rarely it is looked at", () => {
    const [often, rarely] = [open().hand, open().hand];
    for (const hand of [often, rarely]) hand.press("ArrowUp", 0, false, false);
    for (let ms = 0; ms <= 600; ms += 16) often.advance(ms);
    for (const hand of [often, rarely]) hand.release("ArrowUp", 600);
    expect(often.place).toBeCloseTo(rarely.place, 2);
  });

  it("is finer with Shift, and knows the ends and the middle by position", () => {
    const { hand } = open();
    hand.press("ArrowUp", 0, true, false);
    hand.release("ArrowUp", 0);
    expect(hand.place).toBeCloseTo(0.505, 6);
    const at = (code: string) => {
      expect(hand.press(code, 1, false, false)).toBe(true);
      return hand.place;
    };
    expect([at("End"), at("Home"), at("Digit0"), at("PageUp")]).toEqual([1, 0, 0.5, 0.75]);
    expect(hand.press("KeyQ", 1, false, false)).toBe(false);
  });

  it("tells moves in the order of time, a held key every hundredth of a second", () => {
    const { hand, moves } = open();
    hand.press("ArrowUp", 100, false, false);
    hand.point(150, 0.1);
    hand.letGo(160);
    const times = moves.map(([ms]) => ms);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(moves.length).toBeGreaterThan(5);
  });

  it("goes as fast as the stick is pushed, and stays when it is let go", () => {
    const { hand } = open();
    hand.tilt(0, 0);
    hand.tilt(10, 1);
    hand.tilt(210, 0);
    const rest = hand.place;
    expect(rest).toBeGreaterThan(0.65);
    hand.tilt(900, 0);
    expect(hand.place).toBe(rest);
  });

  it("springs back with the stick where that is set", () => {
    const { hand } = open();
    hand.springs = true;
    hand.tilt(0, 0);
    hand.point(5, 0.2);
    hand.tilt(10, 0.01);
    expect(hand.place).toBe(0.2);
    hand.tilt(20, -1);
    expect(hand.place).toBe(0);
    hand.tilt(30, 0);
    expect(hand.place).toBe(0.5);
  });

  it("does not run on after a pause", () => {
    const { hand } = open();
    hand.tilt(0, 0);
    hand.tilt(10, 1);
    hand.letGo(20);
    const { place } = hand;
    hand.tilt(5000, 1);
    expect(hand.place).toBe(place);
  });
});
