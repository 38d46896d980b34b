// What leads on to the next item: once the last is answered, or soon without an answer.

const PATIENCE_MS = 30;

export class Turnover {
  private next: (() => void) | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  get waits(): boolean {
    return this.next !== null;
  }

  /** Go on in a moment. Drawing would keep the page from hearing the answer, so it looks later. */
  soon(go: () => void, look: () => void): void {
    this.next = go;
    this.timer = setTimeout(() => {
      look();
      this.timer = setTimeout(() => this.now(), PATIENCE_MS);
    }, PATIENCE_MS);
  }

  /** Go on at once, if that is still to be done: whatever comes is meant for the next one. */
  now(): void {
    const go = this.next;
    this.forget();
    go?.();
  }

  forget(): void {
    this.next = null;
    clearTimeout(this.timer);
  }
}
