// Shares of a mixed feeling: whole percent in steps of five that sum to 100, at least five each.

/** Percent by tag, in the order of touching. */
export type Shares = Readonly<Record<string, number>>;

export const SHARE_STEP = 5;

/** Where a rater starts from: as equal as the steps allow. Null where there is nothing to mix. */
export function evenShares(tags: readonly string[]): Shares | null {
  if (tags.length < 2 || tags.length > 100 / SHARE_STEP) return null;
  return record(tags, apportion(tags.map(() => 1), 100));
}

/** Move the share of one tag; what it gains the others lose, in proportion. */
export function moveShare(shares: Shares, tag: string, by: number): Shares {
  const others = Object.keys(shares).filter((other) => other !== tag);
  const from = Math.round((shares[tag] ?? 0) / SHARE_STEP) * SHARE_STEP;
  const to = clamp(from + by, SHARE_STEP, 100 - SHARE_STEP * others.length);
  const rest = apportion(others.map((other) => shares[other] ?? 0), 100 - to);
  const moved: Shares = { ...record(others, rest), [tag]: to };
  return record(Object.keys(shares), Object.keys(shares).map((name) => moved[name] ?? 0));
}

/** Move the boundary after the part at a place: only its two neighbours change. */
export function moveBoundary(shares: Shares, place: number, by: number): Shares {
  const tags = Object.keys(shares);
  const parts = apportion(Object.values(shares), 100);
  const [left = 0, right = 0] = [parts[place], parts[place + 1]];
  const step = clamp(by, SHARE_STEP - left, right - SHARE_STEP);
  return record(
    tags,
    parts.map((part, at) => (at === place ? part + step : at === place + 1 ? part - step : part)),
  );
}

/** Divide a total by weights into steps, none of them empty, by largest remainders. */
function apportion(weights: readonly number[], total: number): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const quotas = weights.map((weight) => ((weight / sum) * total) / SHARE_STEP);
  const parts = quotas.map((quota) => Math.max(1, Math.floor(quota + 1e-9)));
  const short = (at: number) => (quotas[at] ?? 0) - (parts[at] ?? 0);
  const places = [...parts.keys()];
  let left = total / SHARE_STEP - parts.reduce((all, part) => all + part, 0);
  for (; left > 0; left--) bump(places.reduce((a, b) => (short(b) > short(a) + 1e-9 ? b : a)), 1);
  for (; left < 0; left++) {
    bump(places.filter((at) => (parts[at] ?? 0) > 1).reduce((a, b) => (short(b) < short(a) ? b : a)), -1);
  }
  return parts.map((part) => part * SHARE_STEP);

  function bump(at: number, by: number): void {
    parts[at] = (parts[at] ?? 0) + by;
  }
}

function record(tags: readonly string[], values: readonly number[]): Shares {
  return Object.fromEntries(tags.map((tag, at) => [tag, values[at] ?? 0]));
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
