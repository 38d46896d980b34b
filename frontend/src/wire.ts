// Questions to Python and their answers, as custom messages with ids.

import type { AnyModel } from "@anywidget/types";
import { uuid7 } from "./ids";
import { strings } from "./strings";

export interface Answer {
  [key: string]: unknown;
  buffers: DataView[];
}

/** Why a question has no good answer. */
export class AskError extends Error {
  constructor(
    sentence: string,
    /** Whether the same question may be answered later. */
    readonly temporary: boolean,
    /** Whether nothing at all was heard of Python. */
    readonly silent: boolean,
  ) {
    super(sentence);
  }
}

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: Error): void;
  timer: ReturnType<typeof setTimeout>;
}

export class Wire {
  private readonly waiting = new Map<string, Waiting>();
  private readonly listeners = new Set<(message: Record<string, unknown>) => void>();
  private readonly view = uuid7().slice(-8);
  private asked = 0;
  private closed = false;

  constructor(
    private readonly model: AnyModel,
    private readonly patience_ms = 30_000,
  ) {
    this.model.on("msg:custom", this.hear);
    // The host tells so when the kernel has gone, and again when it is back.
    this.model.on("comm_live_update", this.cut);
  }

  /** Ask Python; rejects with Python's sentence, or with ours when no answer comes. */
  ask(question: string, content: Record<string, unknown> = {}): Promise<Answer> {
    if (this.closed) return Promise.reject(noAnswer());
    const id = `${this.view}-${++this.asked}`;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        reject(noAnswer());
      }, this.patience_ms);
      this.waiting.set(id, { resolve, reject, timer });
      try {
        this.model.send({ ...content, ask: question, id });
      } catch {
        clearTimeout(timer);
        this.waiting.delete(id);
        reject(noAnswer());
      }
    });
  }

  /** Hear every message of Python, also answers to another view of the same widget. */
  listen(listener: (message: Record<string, unknown>) => void): void {
    this.listeners.add(listener);
  }

  close(): void {
    this.closed = true;
    this.model.off("msg:custom", this.hear);
    this.model.off("comm_live_update", this.cut);
    for (const { timer } of this.waiting.values()) clearTimeout(timer);
    this.waiting.clear();
    this.listeners.clear();
  }

  private readonly hear = (message: Record<string, unknown>, buffers: DataView[]): void => {
    for (const listener of this.listeners) listener(message);
    const waiting = this.waiting.get(String(message["answer"]));
    if (!waiting) return;
    this.waiting.delete(String(message["answer"]));
    clearTimeout(waiting.timer);
    if (message["ok"]) waiting.resolve({ ...message, buffers });
    else {
      const temporary = message["temporary"] === true;
      waiting.reject(new AskError(String(message["sentence"]), temporary, false));
    }
  };

  private readonly cut = (): void => {
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    for (const { timer, reject } of waiting) {
      clearTimeout(timer);
      reject(noAnswer());
    }
  };
}

function noAnswer(): AskError {
  return new AskError(strings.noAnswer, true, true);
}
