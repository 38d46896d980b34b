// A place on a scale in words, between the words at its ends.

import type { Dimension } from "./model";
import { strings } from "./strings";

/** The value on a dimension at a place between its ends, 0 to 1. */
export function valueOf(dimension: Dimension, place: number): number {
  return dimension.low + place * (dimension.high - dimension.low);
}

/** The place of a value between the ends of a dimension, 0 to 1. */
export function placeOf(dimension: Dimension, value: number): number {
  return (value - dimension.low) / (dimension.high - dimension.low);
}

/** Where a value lies, in words: "a little towards very positive". */
export function wordsOf(dimension: Dimension, value: number): string {
  const off = 2 * placeOf(dimension, value) - 1;
  const words = off > 0 ? dimension.high_words : dimension.low_words;
  const far = Math.abs(off);
  if (far < 0.05) return strings.tracer.middle;
  if (far > 0.95) return words;
  return strings.tracer.towards(far < 1 / 3 ? 0 : far < 2 / 3 ? 1 : 2, words);
}
