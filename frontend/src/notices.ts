// Sentences for the rater: one line under the widget, and words for screen readers.

import { button, el, setText } from "./dom";
import { strings } from "./strings";

export class Notices {
  readonly line = el("div.wb-message", { role: "alert" });
  readonly spoken = el("div.wb-hidden", { role: "status", "aria-live": "polite" });
  private failure = "";
  private notice = "";

  constructor(
    private readonly retry: () => void,
    private readonly signal: AbortSignal,
  ) {}

  /** Tell screen readers. */
  say(text: string): void {
    if (text) setText(this.spoken, text);
  }

  /** A sentence under the widget until the next one; an empty one takes it away. */
  tell(sentence: string): void {
    this.notice = sentence;
    this.draw();
  }

  /** What could not be saved: stays, with a button, until it is. */
  tellFailure(sentence: string): void {
    this.failure = sentence;
    this.draw();
  }

  private draw(): void {
    const text = this.failure || this.notice;
    if ((this.line.firstChild?.textContent ?? "") === text) return;
    this.line.classList.toggle("wb-failure", this.failure !== "");
    const again = this.failure
      ? button("wb-button", strings.retry, this.retry, { signal: this.signal })
      : "";
    this.line.replaceChildren(...(text ? [el("span", {}, text), again] : []));
  }
}
