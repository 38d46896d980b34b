// Stand-ins for the host: a widget model that is answered by the test, and a silent audio context.

import type { AnyModel } from "@anywidget/types";
import type { Rating, Taxonomy } from "../src/model";
import type { WindowAnswer } from "../src/windows";

type Handler = (...args: unknown[]) => void;
export type Sent = Record<string, unknown> & { ask: string; id: string };

export class FakeModel {
  readonly sent: Sent[] = [];
  readonly handlers = new Map<string, Set<Handler>>();
  /** Answers by question; without one the test answers by hand. */
  answers: Record<string, (message: Sent) => [Record<string, unknown>, DataView[]?]> = {};
  saves = 0;

  constructor(readonly state: Record<string, unknown> = {}) {}

  get model(): AnyModel {
    return this as unknown as AnyModel;
  }

  get(name: string): unknown {
    return this.state[name];
  }

  set(name: string, value: unknown): void {
    this.state[name] = value;
  }

  save_changes(): void {
    this.saves += 1;
  }

  on(name: string, handler: Handler): void {
    if (!this.handlers.has(name)) this.handlers.set(name, new Set());
    this.handlers.get(name)?.add(handler);
  }

  off(name: string, handler: Handler): void {
    this.handlers.get(name)?.delete(handler);
  }

  get nHandlers(): number {
    return [...this.handlers.values()].reduce((sum, set) => sum + set.size, 0);
  }

  send(message: Sent): void {
    this.sent.push(message);
    const answer = this.answers[message.ask];
    if (!answer) return;
    queueMicrotask(() => {
      const [content, buffers] = answer(message);
      this.say({ ok: true, answer: message.id, ...content }, buffers);
    });
  }

  say(message: Record<string, unknown>, buffers: DataView[] = []): void {
    for (const handler of [...(this.handlers.get("msg:custom") ?? [])]) handler(message, buffers);
  }

  asked(question: string): Sent[] {
    return this.sent.filter(({ ask }) => ask === question);
  }
}

export function view(values: readonly number[]): DataView {
  return new DataView(new Int16Array(values).buffer);
}

export function silence(startS: number, endS: number, rate = 8000, channels = 2): WindowAnswer {
  const frames = Math.round((endS - startS) * rate);
  return {
    sampling_rate_hz: rate,
    n_channels: channels,
    buffer: new DataView(new Int16Array(frames * channels).buffer),
  };
}

export const TAXONOMY: Taxonomy = {
  taxonomy: "small",
  version: "1",
  intensity_steps: 3,
  tags: [
    tag("frustration", ["customer"]),
    tag("relief", ["customer"]),
    tag("curt", ["agent"]),
    tag("surprise", []),
  ],
  dimensions: [
    { dimension: "valence", low: -1, high: 1, low_words: "negative", high_words: "positive" },
    { dimension: "arousal", low: 0, high: 1, low_words: "calm", high_words: "excited" },
  ],
};

function tag(name: string, roles: string[]): Taxonomy["tags"][number] {
  return {
    tag: name,
    roles,
    definition: `what ${name} is`,
    sounds_like: "",
    not_to_be_confused_with: "",
  };
}

export function rating(utterance_id: string, changes: Partial<Rating> = {}): Rating {
  return {
    rating_id: `rating of ${utterance_id}`,
    item_id: utterance_id,
    utterance_id,
    verdict: "neutral",
    tags: [],
    scores: [],
    shifts: [],
    certainty: null,
    cues_named: null,
    note: null,
    other_words: null,
    n_plays: 1,
    heard_share: 1,
    heard_until_s: 1,
    text_seen: false,
    position: 0,
    elapsed_ms: 100,
    created_at: "2026-01-01T00:00:00.000Z",
    supersedes: null,
    ...changes,
  };
}

/** Let everything that waits for a resolved promise happen. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
