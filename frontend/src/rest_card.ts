// A rest: nothing plays, the clock stands still, and the rater goes on whenever they like.

import { button, el } from "./dom";
import { Panel } from "./panel";
import { strings } from "./strings";

export class RestCard extends Panel {
  constructor(rested: () => void, signal: AbortSignal) {
    super(strings.resting, "wb-rest", rested, signal);
  }

  begin(): void {
    const goOn = button("wb-button wb-button-save", strings.goOn, () => this.close(), {
      signal: this.signal,
    });
    this.show(el("h3", {}, strings.resting), el("p", {}, strings.restingText), goOn);
    goOn.focus();
  }
}
