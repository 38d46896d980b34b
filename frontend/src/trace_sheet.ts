// One trace of one dimension: what is drawn, what is saved, what can be taken back.

import { uuid7 } from "./ids";
import { sentenceOf } from "./strings";
import { emptyGrid, gridOf, RATE_HZ, runsOf, tracedS, type Grid, type TraceMessage } from "./trace";
import type { Draft, Drafts } from "./trace_drafts";

export type SheetState = "empty" | "saved" | "edited" | "saving" | "waiting" | "refused";

export interface SheetEvents {
  /** Python's answer: null once the trace is committed, else why it will never be. */
  send(trace: TraceMessage): Promise<string | null>;
  changed(): void;
}

const AGAIN_MS = [1000, 2000, 4000, 8000];
const MOST_UNDOS = 20;

export class Sheet {
  grid: Grid;
  lagS = 0;
  /** Why it could not be saved, in Python's words. */
  sentence = "";
  private saved: string | null = null;
  private sent: Draft["sent"] = null;
  private edits = 0;
  private savedEdits = 0;
  private busy: "saving" | "waiting" | null = null;
  private refused = false;
  private closed = false;
  private earlier: Grid[] = [];
  private wake: (() => void) | null = null;

  constructor(
    readonly dimension: string,
    private readonly key: string,
    private readonly durationS: number,
    private readonly drafts: Drafts,
    private readonly events: SheetEvents,
  ) {
    this.grid = emptyGrid(durationS);
  }

  get state(): SheetState {
    if (this.busy) return this.busy;
    if (this.refused) return "refused";
    if (this.edits > this.savedEdits) return "edited";
    return this.saved ? "saved" : "empty";
  }

  get empty(): boolean {
    return tracedS(this.grid) === 0;
  }

  /** Take what is in the database, then what was not saved; says whether there was such. */
  async load(stored: TraceMessage | null): Promise<boolean> {
    if (stored) {
      this.grid = gridOf(stored.runs, this.durationS);
      this.lagS = stored.lag_s;
      this.saved = stored.trace_id;
    }
    const draft = await this.drafts.get(this.key);
    if (!draft) return false;
    if (draft.sent && draft.sent.trace_id === stored?.trace_id) {
      // It was committed, only the answer was lost.
      await this.drafts.drop(this.key);
      return false;
    }
    this.grid = emptyGrid(this.durationS);
    this.grid.set(draft.grid.subarray(0, this.grid.length));
    this.lagS = draft.lag_s;
    this.sent = draft.sent;
    this.edits += 1;
    return true;
  }

  /** Remember the trace as it is, before it is changed. */
  begin(): void {
    this.earlier.push(this.grid.slice());
    this.earlier.splice(0, this.earlier.length - MOST_UNDOS);
  }

  /** It was changed. */
  edited(): void {
    this.edits += 1;
    this.sent = null;
    this.refused = false;
    this.sentence = "";
    this.events.changed();
    void this.keep();
  }

  /** How late the hand is. */
  setLag(seconds: number): void {
    if (this.lagS === seconds) return;
    this.lagS = seconds;
    this.edited();
  }

  /** Back to what was there before the last change; false if there is none. */
  undo(): boolean {
    const before = this.earlier.pop();
    if (!before) return false;
    this.grid = before;
    this.edited();
    return true;
  }

  /** Begin anew; can be taken back. */
  clear(): void {
    this.begin();
    this.grid = emptyGrid(this.durationS);
    this.edited();
  }

  /** Write it down in the browser. */
  async keep(): Promise<void> {
    if (this.edits === this.savedEdits) return;
    const { grid, lagS: lag_s, sent } = this;
    await this.drafts.put(this.key, { grid, lag_s, sent });
  }

  /** Send it until it is committed or refused for good. */
  async save(): Promise<boolean> {
    if (this.busy) {
      this.wake?.();
      return false;
    }
    const edits = this.edits;
    this.sent ??= { trace_id: uuid7(), created_at: new Date().toISOString() };
    const { trace_id } = this.sent;
    const trace: TraceMessage = {
      ...this.sent,
      dimension: this.dimension,
      supersedes: this.saved,
      lag_s: this.lagS,
      rate_hz: RATE_HZ,
      runs: runsOf(this.grid, this.lagS),
    };
    await this.keep();
    this.become("saving");
    for (let attempt = 0; !this.closed; attempt++) {
      try {
        const refusal = await this.events.send(trace);
        this.sentence = refusal ?? "";
        this.refused = refusal !== null;
        if (refusal === null) this.saved = trace_id;
        break;
      } catch (error) {
        this.sentence = sentenceOf(error);
        this.become("waiting");
        await this.pause(AGAIN_MS[Math.min(attempt, AGAIN_MS.length - 1)] as number);
      }
    }
    if (this.saved === trace_id) {
      this.savedEdits = edits;
      if (this.edits === edits) await this.drafts.drop(this.key);
    }
    this.become(null);
    return this.saved === trace_id;
  }

  close(): void {
    this.closed = true;
    void this.keep();
    this.wake?.();
  }

  private become(busy: "saving" | "waiting" | null): void {
    this.busy = busy;
    this.events.changed();
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
