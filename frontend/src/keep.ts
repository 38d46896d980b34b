// What outlives the page: records in the browser's own database, and word to the other widgets
// of the same rater, in this page or another.

export type Box = "outbox" | "drafts" | "places" | "sittings";

/** Records by box and key. */
export interface Shelf {
  /** Whether records outlive the page. */
  readonly lasting: boolean;
  list(box: Box, prefix: string): Promise<unknown[]>;
  get(box: Box, key: string): Promise<unknown>;
  put(box: Box, key: string, record: unknown): Promise<void>;
  drop(box: Box, key: string): Promise<void>;
}

const NAME = "audio-sentiment-workbench";
const BOXES: readonly Box[] = ["outbox", "drafts", "places", "sittings"];
const VERSION = 1;
const ATTEMPTS = 2;
const PATIENCE_MS = 5000;

/** A shelf that forgets with the page: for browsers that keep nothing. */
export class MemoryShelf implements Shelf {
  readonly lasting = false;
  private readonly boxes = new Map<Box, Map<string, unknown>>();

  async list(box: Box, prefix: string): Promise<unknown[]> {
    const found = [...this.box(box)].filter(([key]) => key.startsWith(prefix));
    return found.map(([, record]) => record);
  }

  async get(box: Box, key: string): Promise<unknown> {
    return this.box(box).get(key);
  }

  async put(box: Box, key: string, record: unknown): Promise<void> {
    this.box(box).set(key, record);
  }

  async drop(box: Box, key: string): Promise<void> {
    this.box(box).delete(key);
  }

  private box(name: Box): Map<string, unknown> {
    let box = this.boxes.get(name);
    if (!box) this.boxes.set(name, (box = new Map()));
    return box;
  }
}

/** The browser's own database; where it cannot be opened or written to, memory. */
export class LastingShelf implements Shelf {
  private readonly fallback = new MemoryShelf();
  private opened: Promise<IDBDatabase> | null = null;
  private broken = false;

  get lasting(): boolean {
    return !this.broken;
  }

  async list(box: Box, prefix: string): Promise<unknown[]> {
    const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
    return (await this.ask(
      box,
      "readonly",
      (store) => store.getAll(range),
      () => this.fallback.list(box, prefix),
    )) as unknown[];
  }

  get(box: Box, key: string): Promise<unknown> {
    return this.ask(
      box,
      "readonly",
      (store) => store.get(key),
      () => this.fallback.get(box, key),
    );
  }

  async put(box: Box, key: string, record: unknown): Promise<void> {
    await this.ask(
      box,
      "readwrite",
      (store) => store.put(record, key),
      () => this.fallback.put(box, key, record),
    );
  }

  async drop(box: Box, key: string): Promise<void> {
    await this.ask(
      box,
      "readwrite",
      (store) => store.delete(key),
      () => this.fallback.drop(box, key),
    );
  }

  private async ask(
    box: Box,
    mode: IDBTransactionMode,
    act: (store: IDBObjectStore) => IDBRequest,
    otherwise: () => Promise<unknown>,
  ): Promise<unknown> {
    for (let attempt = 0; attempt < ATTEMPTS && !this.broken; attempt++) {
      try {
        this.opened ??= openDatabase(() => (this.opened = null));
        const transaction = (await inTime(this.opened)).transaction(box, mode);
        const done = new Promise<void>((resolve, reject) => {
          transaction.oncomplete = () => resolve();
          transaction.onabort = () => reject(transaction.error);
        });
        const request = act(transaction.objectStore(box));
        transaction.commit();
        await inTime(done);
        return request.result;
      } catch {
        this.opened = null; // perhaps closed by the browser: once more
      }
    }
    this.broken = true;
    return otherwise();
  }
}

/** A browser's database that does not answer must not hold a rating up. */
function inTime<T>(promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("late")), PATIENCE_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function openDatabase(lost: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      for (const box of BOXES) request.result.createObjectStore(box);
    };
    request.onsuccess = () => {
      const database = request.result;
      database.onclose = lost;
      database.onversionchange = () => {
        database.close();
        lost();
      };
      resolve(database);
    };
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
}

/** Other widgets of the same rater: they hear what one says, and one at a time has the turn. */
export interface Peers {
  say(message: unknown): void;
  hear(listener: (message: unknown) => void): void;
  /** Do something while no other widget does; at once where the browser has no locks. */
  turn<T>(act: () => Promise<T>): Promise<T>;
  close(): void;
}

class BrowserPeers implements Peers {
  private readonly channel: BroadcastChannel;

  constructor(private readonly name: string) {
    this.channel = new BroadcastChannel(name);
  }

  say(message: unknown): void {
    this.channel.postMessage(message);
  }

  hear(listener: (message: unknown) => void): void {
    this.channel.addEventListener("message", ({ data }) => listener(data));
  }

  async turn<T>(act: () => Promise<T>): Promise<T> {
    // Pages that came over plain http from another machine have no locks.
    const locks = navigator.locks as LockManager | undefined;
    return locks ? await locks.request(this.name, act) : await act();
  }

  close(): void {
    this.channel.close();
  }
}

export const ALONE: Peers = {
  say: () => {},
  hear: () => {},
  turn: (act) => act(),
  close: () => {},
};

/** What one rater's widgets keep under a name: the shelf, and each other. */
export class Keep {
  constructor(
    private readonly scope: string,
    private readonly shelf: Shelf,
    readonly peers: Peers,
  ) {}

  static open(scope: string): Keep {
    if (typeof indexedDB === "undefined") return new Keep(scope, new MemoryShelf(), ALONE);
    return new Keep(scope, new LastingShelf(), new BrowserPeers(`${NAME}/${scope}`));
  }

  get lasting(): boolean {
    return this.shelf.lasting;
  }

  async list<T>(box: Box): Promise<T[]> {
    return (await this.shelf.list(box, `${this.scope}/`)) as T[];
  }

  async get<T>(box: Box, id: string): Promise<T | undefined> {
    return (await this.shelf.get(box, this.key(id))) as T | undefined;
  }

  put(box: Box, id: string, record: unknown): Promise<void> {
    return this.shelf.put(box, this.key(id), record);
  }

  drop(box: Box, id: string): Promise<void> {
    return this.shelf.drop(box, this.key(id));
  }

  close(): void {
    this.peers.close();
  }

  private key(id: string): string {
    return `${this.scope}/${id}`;
  }
}
