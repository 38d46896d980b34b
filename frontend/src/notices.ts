// Sentences for the rater: lines under the widget, and words for screen readers.

import { button, el, setText } from "./dom";
import { strings } from "./strings";

export interface NoticeEvents {
  retry(): void;
  /** Go to what could not be saved. */
  correct?(): void;
  /** Leave what could not be saved for another day. */
  later?(): void;
}

export class Notices {
  readonly line = el("div.wb-message", { role: "alert" });
  /** Why things wait: said once, without alarm. */
  readonly trouble = el("p.wb-trouble", { hidden: true });
  readonly spoken = el("div.wb-hidden", { role: "status", "aria-live": "polite" });
  private failure = "";
  private notice = "";

  constructor(
    private readonly events: NoticeEvents,
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

  /** What could not be saved: stays, with what can be done, until it is. */
  tellFailure(sentence: string): void {
    this.failure = sentence;
    this.draw();
  }

  /** Why something waits, for as long as it does. */
  tellTrouble(sentence: string): void {
    if (this.trouble.textContent !== sentence) this.say(sentence);
    setText(this.trouble, sentence);
    this.trouble.hidden = sentence === "";
  }

  private draw(): void {
    const text = this.failure || this.notice;
    if ((this.line.firstChild?.textContent ?? "") === text) return;
    this.line.classList.toggle("wb-failure", this.failure !== "");
    const { retry, correct, later } = this.events;
    const choices = [
      [strings.retry, retry],
      [strings.correct, correct],
      [strings.later, later],
    ] as const;
    const acts = this.failure ? choices : [];
    const buttons = acts.flatMap(([label, act]) =>
      act ? [button("wb-button", label, act, { signal: this.signal })] : [],
    );
    this.line.replaceChildren(...(text ? [el("span", {}, text), ...buttons] : []));
  }
}
