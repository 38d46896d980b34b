// The mixture as one bar: a part a tag, and boundaries to drag or to move by arrow keys.

import { button, el, setAttributes, setText } from "./dom";
import type { KeyNames } from "./key_names";
import { SHARE_STEP, type Shares } from "./mixture";
import { strings, tagName } from "./strings";

export interface MixtureEvents {
  /** Move the boundary after a place by some percent. */
  moved(place: number, by: number): void;
  cleared(): void;
}

export class MixtureBar {
  readonly element: HTMLElement;
  private readonly bar = el("div.wb-mix");
  private readonly clear: HTMLButtonElement;
  private readonly unset = el("span.wb-muted", {}, strings.notSet);
  private shares: Shares = {};
  private parts: HTMLElement[] = [];
  private edges: HTMLElement[] = [];

  constructor(
    keys: KeyNames,
    private readonly events: MixtureEvents,
    private readonly signal: AbortSignal,
  ) {
    this.clear = button("wb-button wb-mix-clear", strings.noMixture, () => events.cleared(), {
      key: keys.cap("no_mixture"),
      signal,
    });
    this.element = el(
      "div.wb-mixture",
      { role: "group", "aria-label": strings.mixture, hidden: true },
      el("span.wb-label", {}, strings.mixture),
      keys.cap("share_less"),
      keys.cap("share_more"),
      this.bar,
      this.unset,
      this.clear,
    );
  }

  /**
   * Show a mixture; one that is not set is drawn as where a move would begin.
   * @param spoken The tag that the keys move.
   */
  show(shares: Shares | null, set: boolean, spoken: string | null): void {
    this.element.hidden = shares === null;
    if (shares === null) return;
    const tags = Object.keys(shares);
    if (tags.join(" ") !== Object.keys(this.shares).join(" ")) this.make(tags);
    this.shares = shares;
    this.element.classList.toggle("wb-unset", !set);
    this.unset.hidden = set;
    this.clear.hidden = !set;
    const percents = Object.values(shares);
    const words = tags.map((tag, at) => strings.share(tagName(tag), percents[at] ?? 0));
    const told = words.join(", ") + (set ? "" : `, ${strings.notSet}`);
    let sum = 0;
    percents.forEach((percent, at) => {
      const part = this.parts[at];
      if (part) {
        part.style.width = `${percent}%`;
        part.title = words[at] ?? "";
        part.classList.toggle("wb-spoken", tags[at] === spoken);
        const [, number] = part.children;
        if (number) setText(number, set ? String(Math.round(percent)) : "");
      }
      sum += percent;
      const edge = this.edges[at];
      if (!edge) return;
      edge.style.left = `${sum}%`;
      setAttributes(edge, {
        "aria-valuenow": Math.round(percent),
        "aria-valuemin": SHARE_STEP,
        "aria-valuemax": Math.round(percent + (percents[at + 1] ?? 0)) - SHARE_STEP,
        "aria-valuetext": told,
      });
    });
  }

  private make(tags: readonly string[]): void {
    this.parts = tags.map((tag) =>
      el("span.wb-mix-part", {}, el("span.wb-mix-name", {}, tagName(tag)), el("b")),
    );
    this.edges = tags.slice(1).map((tag, at) => this.edge(`${tagName(tags[at] ?? "")}, ${tagName(tag)}`, at));
    this.bar.replaceChildren(...this.parts, ...this.edges);
  }

  private edge(label: string, place: number): HTMLElement {
    const edge = el("span.wb-mix-edge", { role: "slider", tabindex: 0, "aria-label": label });
    const { signal } = this;
    edge.addEventListener("keydown", (event) => this.key(event, place), { signal });
    edge.addEventListener("pointerdown", (event) => edge.setPointerCapture(event.pointerId), { signal });
    edge.addEventListener("pointermove", (event) => {
      if (edge.hasPointerCapture(event.pointerId)) this.drag(event.clientX, place);
    }, { signal });
    return edge;
  }

  private key(event: KeyboardEvent, place: number): void {
    const moves: Record<string, number> = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };
    const by = { Home: -100, End: 100 }[event.key] ?? (moves[event.key] ?? 0) * SHARE_STEP;
    const clears = event.key === "Delete" || event.key === "Backspace";
    if (event.shiftKey || (by === 0 && !clears)) return;
    event.preventDefault();
    event.stopPropagation();
    if (clears) this.events.cleared();
    else this.events.moved(place, by);
  }

  private drag(x: number, place: number): void {
    const { left, width } = this.bar.getBoundingClientRect();
    const percents = Object.values(this.shares);
    const now = percents.slice(0, place + 1).reduce((sum, percent) => sum + percent, 0);
    const by = Math.round(((x - left) / width) * (100 / SHARE_STEP)) * SHARE_STEP - now;
    if (by !== 0) this.events.moved(place, by);
  }
}
