// How the values of a list of calls are written.

import type { Column, Kind } from "./call_filter";
import type { Columns } from "./model";
import { clock, columnName, strings } from "./strings";

type Value = string | number | boolean | null;

/** A value as it is read; a gap is empty. */
export function cellText(value: Value, kind: Kind): string {
  if (value === null) return "";
  if (kind === "bool") return value ? strings.yes : strings.no;
  if (kind === "seconds") return clock(Number(value));
  if (kind === "time") return String(value).slice(0, 16).replace("T", " ");
  if (kind === "number") return Number(value).toLocaleString(undefined, MAX_DIGITS);
  return String(value);
}

const MAX_DIGITS = { maximumFractionDigits: 2 };

/** A choice as it is read. */
export function facetText(key: string): string {
  if (key === "") return strings.unknown;
  if (key === "true") return strings.yes;
  return key === "false" ? strings.no : key;
}

const LOOKED_AT = 200;

/** Least width of a column in pixels, from its label and the longest of its first values. */
export function columnWidth({ name, kind }: Column, data: Columns): number {
  const values = (data[name] ?? []).filter((value) => value !== null).slice(0, LOOKED_AT);
  const longest = values.reduce<number>(
    (most, value) => Math.max(most, cellText(value, kind).length),
    columnName(name).length + 2,
  );
  return Math.round(Math.min(kind === "text" ? 24 : 40, longest) * 7.6 + 18);
}
