// The unfinished rating, kept a moment after each change so that it outlives the page.

import type { Evidence } from "./evidence";
import type { Keep } from "./keep";
import type { Unit } from "./model";
import type { KeptDraft, Sitting } from "./sitting";

const DELAY_MS = 200;

export class Autosave {
  private readonly due = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly keep: Keep,
    private readonly sitting: Sitting,
    /** Which list it is, among those of the same rater. */
    private readonly list: string,
    private readonly evidenceOf: (unit: Unit) => Evidence,
    signal: AbortSignal,
  ) {
    const leaving = () => {
      this.due.add(this.sitting.unit.item_id);
      void this.flush();
    };
    addEventListener("pagehide", leaving, { signal });
    document.addEventListener("visibilitychange", leaving, { signal });
    signal.addEventListener("abort", () => void this.flush());
  }

  /** An item was edited or saved. */
  touch(itemId: string): void {
    this.due.add(itemId);
    this.timer ??= setTimeout(() => void this.flush(), DELAY_MS);
  }

  /** The rater has come to another item. */
  async place(itemId: string): Promise<void> {
    await this.keep.put("places", this.list, itemId);
  }

  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const due = [...this.due];
    this.due.clear();
    await Promise.all(
      due.map((id) => {
        const draft = this.sitting.unfinished(id, this.evidenceOf);
        return draft ? this.keep.put("drafts", id, draft) : this.keep.drop("drafts", id);
      }),
    );
  }

  /** What an earlier page left: where it was, and what was unfinished. */
  async load(): Promise<{ place: string | null; drafts: KeptDraft[] }> {
    const [place, drafts] = await Promise.all([
      this.keep.get<string>("places", this.list),
      this.keep.list<KeptDraft>("drafts"),
    ]);
    return { place: place ?? null, drafts };
  }
}
