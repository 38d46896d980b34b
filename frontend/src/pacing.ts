// Doing a thing now and then, however often it is asked for.

/** Act at once, but not again within some milliseconds; then with what came last. */
export function paced<T>(
  everyMs: number,
  act: (latest: T) => void,
  signal: AbortSignal,
): (latest: T) => void {
  let actedMs = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;
  signal.addEventListener("abort", () => clearTimeout(timer));
  return (latest) => {
    clearTimeout(timer);
    if (signal.aborted) return;
    const run = () => {
      actedMs = performance.now();
      act(latest);
    };
    const waitMs = actedMs + everyMs - performance.now();
    if (waitMs <= 0) run();
    else timer = setTimeout(run, waitMs);
  };
}
