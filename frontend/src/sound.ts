// The page's way to the loudspeaker, shared by all widgets on it: one context for each
// sampling rate, so that samples play as recorded, and one voice at a time.

export interface Voice {
  /** Another widget begins to play. */
  hush(): void;
}

interface Shared {
  contexts: Map<number, AudioContext>;
  users: number;
  voice: Voice | null;
  idle: ReturnType<typeof setTimeout> | undefined;
}

const KEY = Symbol.for("audio-sentiment-workbench.sound");
const IDLE_MS = 15_000;

function shared(): Shared {
  const page = globalThis as { [KEY]?: Shared };
  page[KEY] ??= { contexts: new Map(), users: 0, voice: null, idle: undefined };
  return page[KEY];
}

/** A widget's access to sound. Close it when the widget goes. */
export class Sound {
  private closed = false;

  constructor() {
    shared().users += 1;
  }

  /** The context of a sampling rate, awake. */
  async context(rate: number, voice: Voice): Promise<AudioContext> {
    const page = shared();
    if (page.voice !== voice) page.voice?.hush();
    page.voice = voice;
    clearTimeout(page.idle);
    let context = page.contexts.get(rate);
    if (!context || context.state === "closed") {
      context = new AudioContext({ sampleRate: rate, latencyHint: "interactive" });
      page.contexts.set(rate, context);
    }
    if (context.state !== "running") await context.resume();
    return context;
  }

  /** Let the hardware rest a while after nothing plays any more. */
  rest(voice: Voice): void {
    const page = shared();
    if (page.voice !== voice) return;
    page.voice = null;
    clearTimeout(page.idle);
    page.idle = setTimeout(() => {
      for (const context of page.contexts.values()) void context.suspend();
    }, IDLE_MS);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    const page = shared();
    page.users -= 1;
    if (page.users > 0) return;
    clearTimeout(page.idle);
    for (const context of page.contexts.values()) void context.close();
    page.contexts.clear();
  }
}
