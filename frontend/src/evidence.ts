// What was heard and seen of an item before it was rated, as it is stored with the rating.

export interface Evidence {
  n_plays: number;
  heard_share: number;
  heard_until_s: number;
  text_seen: boolean;
}

/** What was heard in two pages of the same item. */
export function joined(before: Evidence | undefined, now: Evidence): Evidence {
  if (!before) return now;
  return {
    n_plays: before.n_plays + now.n_plays,
    heard_share: Math.max(before.heard_share, now.heard_share),
    heard_until_s: Math.max(before.heard_until_s, now.heard_until_s),
    text_seen: before.text_seen || now.text_seen,
  };
}
