// The hand: one place between the ends of a scale, moved by pointer, keys or a game pad.
// Places go from 0 (low end) to 1 (high end); times are milliseconds of the page's clock.

import { clamp } from "./trace";

const TAP = 0.02;
const SLOW_PER_S = 0.25;
const FAST_PER_S = 1.3;
const RAMP_MS = 700;
const FINE = 0.25;
const LEAP = 0.25;
const STEP_MS = 10;
const STICK_REST = 0.1;
const STICK_PER_S = 1.1;

/** Keys that put or push the hand, by position. */
const PUSHES: Record<string, 1 | -1> = { ArrowUp: 1, ArrowDown: -1 };
const PLACES: Record<string, number> = { Home: 0, End: 1, Digit0: 0.5, Numpad0: 0.5 };
const LEAPS: Record<string, number> = { PageUp: LEAP, PageDown: -LEAP };

export class Hand {
  place = 0.5;
  /** Whether a stick that is let go takes the hand back to the middle. */
  springs = false;
  /** Whether a game pad was ever moved. */
  padSeen = false;
  private readonly held = new Map<string, number>();
  private fine = false;
  private stick = 0;
  private stickMoves = false;
  private ms = 0;

  /** `moved` hears of every change, in the order of time. */
  constructor(private readonly moved: (ms: number, place: number) => void) {}

  /** Whether time alone moves the hand: a key is held down, or a stick is pushed. */
  get pushed(): boolean {
    return this.held.size > 0 || (this.stickMoves && Math.abs(this.stick) > STICK_REST);
  }

  /** Put the hand somewhere without the rater having moved it. */
  rest(place: number): void {
    this.place = clamp(place, 0, 1);
  }

  /** A pointer took it to a place. */
  point(ms: number, place: number): void {
    this.advance(ms);
    this.stickMoves = false;
    this.put(ms, place);
  }

  /** A key went down; false if it is none of the hand's. */
  press(code: string, ms: number, fine: boolean, repeat: boolean): boolean {
    const [push, to, leap] = [PUSHES[code], PLACES[code], LEAPS[code]];
    if (push === undefined && to === undefined && leap === undefined) return false;
    if (repeat && push !== undefined) return true;
    this.advance(ms);
    this.stickMoves = false;
    this.fine = fine;
    if (to !== undefined) this.put(ms, to);
    else if (leap !== undefined) this.put(ms, this.place + leap);
    else if (push !== undefined) {
      this.held.set(code, ms);
      this.put(ms, this.place + push * TAP * (fine ? FINE : 1));
    }
    return true;
  }

  release(code: string, ms: number): void {
    if (!this.held.has(code)) return;
    this.advance(ms);
    this.held.delete(code);
  }

  /** No key is down and no stick is pushed any more, or nobody looks. */
  letGo(ms: number): void {
    this.advance(ms);
    this.held.clear();
    this.stick = 0;
    this.stickMoves = false;
  }

  /** Where the stick of a game pad is now, 1 up to -1 down. */
  tilt(ms: number, stick: number): void {
    if (Math.abs(stick - this.stick) > 0.02 && Math.abs(stick) > STICK_REST) {
      this.stickMoves = true;
      this.padSeen = true;
    }
    this.advance(ms);
    this.stick = stick;
    if (!this.stickMoves || !this.springs) return;
    const out = Math.max(0, Math.abs(stick) - STICK_REST) / (1 - STICK_REST);
    this.put(ms, 0.5 + (Math.sign(stick) * out) / 2);
  }

  /** Let time pass: held keys and a pushed stick move the hand. */
  advance(ms: number): void {
    while (this.pushed && this.ms < ms) {
      const step = Math.min(STEP_MS, ms - this.ms);
      this.ms += step;
      this.put(this.ms, this.place + this.speed(this.ms) * (step / 1000));
    }
    this.ms = Math.max(this.ms, ms);
  }

  private speed(ms: number): number {
    let speed = 0;
    for (const [code, since] of this.held) {
      const ramp = Math.min(1, Math.max(0, ms - since) / RAMP_MS);
      const fast = SLOW_PER_S + (FAST_PER_S - SLOW_PER_S) * ramp ** 2;
      speed += (PUSHES[code] ?? 0) * fast * (this.fine ? FINE : 1);
    }
    const out = Math.max(0, Math.abs(this.stick) - STICK_REST) / (1 - STICK_REST);
    if (this.stickMoves && !this.springs) speed += Math.sign(this.stick) * out * STICK_PER_S;
    return speed;
  }

  private put(ms: number, place: number): void {
    this.place = clamp(place, 0, 1);
    this.moved(ms, this.place);
  }
}

/** Deflection of the left stick of the pad that is pushed most, 1 up to -1 down; null without. */
export function stickOf(): number | null {
  let found: number | null = null;
  for (const pad of pads()) {
    const up = -(pad.axes[1] ?? 0);
    if (found === null || Math.abs(up) > Math.abs(found)) found = up;
  }
  return found;
}

function pads(): Gamepad[] {
  try {
    return navigator.getGamepads?.().filter((pad) => pad !== null) ?? [];
  } catch {
    return []; // a page around us may forbid game pads
  }
}
