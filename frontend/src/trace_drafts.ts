// Traces that are not saved yet, kept in the browser so that they outlive the page.

import type { Grid } from "./trace";

export interface Draft {
  grid: Grid;
  lag_s: number;
  /** Under which id it went to Python, if it did; the same trace sent again counts once. */
  sent: { trace_id: string; created_at: string } | null;
}

export interface Drafts {
  get(key: string): Promise<Draft | null>;
  put(key: string, draft: Draft): Promise<void>;
  drop(key: string): Promise<void>;
}

const NAME = "workbench-traces";
const BOX = "drafts";

/** Drafts in IndexedDB. A browser that keeps nothing (private windows) loses them with the page. */
export class KeptDrafts implements Drafts {
  private opened: Promise<IDBDatabase> | null = null;

  async get(key: string): Promise<Draft | null> {
    return ((await this.ask("readonly", (box) => box.get(key))) as Draft | undefined) ?? null;
  }

  async put(key: string, draft: Draft): Promise<void> {
    await this.ask("readwrite", (box) => box.put(draft, key));
  }

  async drop(key: string): Promise<void> {
    await this.ask("readwrite", (box) => box.delete(key));
  }

  private async ask(
    mode: IDBTransactionMode,
    act: (box: IDBObjectStore) => IDBRequest,
  ): Promise<unknown> {
    try {
      this.opened ??= open();
      const database = await this.opened;
      const transaction = database.transaction(BOX, mode);
      const request = act(transaction.objectStore(BOX));
      return await new Promise((resolve, reject) => {
        transaction.oncomplete = () => resolve(request.result);
        transaction.onabort = () => reject(transaction.error);
      });
    } catch {
      this.opened = null;
      return undefined;
    }
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(BOX);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
