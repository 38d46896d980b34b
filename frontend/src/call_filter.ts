// Which calls are shown, and in what order.

import type { Columns } from "./model";

export type Kind = "text" | "number" | "seconds" | "time" | "bool";

export interface Column {
  name: string;
  kind: Kind;
}

export interface Query {
  search: string;
  /** Chosen value by column, as `facetKey` writes it. */
  facets: Readonly<Record<string, string>>;
  sort: { column: string; down: boolean } | null;
}

export const MAX_FACET = 40;
type Value = string | number | boolean | null;

/** A value as a key of a choice; a gap has the empty key. */
export function facetKey(value: Value): string {
  return value === null ? "" : String(value);
}

/** Columns worth a choice, each with its values: yes/no, or text with few different ones. */
export function facetsOf(columns: readonly Column[], data: Columns): Map<string, string[]> {
  const out = new Map<string, string[]>();
  for (const { name, kind } of columns) {
    if (name === "call_id" || (kind !== "text" && kind !== "bool")) continue;
    const keys = new Set((data[name] ?? []).map(facetKey));
    if (keys.size < 2 || keys.size > MAX_FACET) continue;
    out.set(name, [...keys].sort(compareText));
  }
  return out;
}

/** Numbers of the rows that a query admits, in its order. */
export function rowsFor(query: Query, columns: readonly Column[], data: Columns): number[] {
  const n = data["call_id"]?.length ?? 0;
  const terms = query.search.toLowerCase().split(/\s+/).filter(Boolean);
  const texts = columns.filter(({ kind }) => kind === "text").map(({ name }) => data[name] ?? []);
  const facets = Object.entries(query.facets);
  const out: number[] = [];
  for (let row = 0; row < n; row++) {
    if (facets.some(([name, key]) => facetKey(data[name]?.[row] ?? null) !== key)) continue;
    const matches = (term: string) =>
      texts.some((text) => String(text[row] ?? "").toLowerCase().includes(term));
    if (terms.every(matches)) out.push(row);
  }
  return query.sort ? sorted(out, data[query.sort.column] ?? [], query.sort.down) : out;
}

/** Sorted by a column; gaps come last either way. */
function sorted(rows: number[], values: readonly Value[], down: boolean): number[] {
  const sign = down ? -1 : 1;
  return rows.sort((a, b) => {
    const [x, y] = [values[a] ?? null, values[b] ?? null];
    if (x === null || y === null) return x === y ? a - b : x === null ? 1 : -1;
    const order =
      typeof x === "string" && typeof y === "string" ? compareText(x, y) : Number(x) - Number(y);
    return order * sign || a - b;
  });
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

function compareText(a: string, b: string): number {
  return collator.compare(a, b);
}

/** The rows of a scrolled list that have to exist, with some to spare on each side. */
export function visible(
  scrollTop: number,
  height: number,
  rowHeight: number,
  n: number,
  spare = 6,
): [number, number] {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - spare);
  const last = Math.min(n, Math.ceil((scrollTop + height) / rowHeight) + spare);
  return [first, Math.max(first, last)];
}
