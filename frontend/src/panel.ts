// A panel over the widget: takes the keys while it is open and gives them back.

import { button, el } from "./dom";
import { strings } from "./strings";

export abstract class Panel {
  readonly element: HTMLElement;

  constructor(
    label: string,
    className: string,
    private readonly closed: () => void,
    protected readonly signal: AbortSignal,
  ) {
    this.element = el(`div.wb-card.${className}`, {
      role: "dialog",
      "aria-modal": "true",
      "aria-label": label,
      tabindex: -1,
      hidden: true,
    });
    this.element.addEventListener("keydown", (event) => this.keydown(event), { signal });
  }

  get open(): boolean {
    return !this.element.hidden;
  }

  close(): void {
    if (!this.open) return;
    this.element.hidden = true;
    this.closed();
  }

  protected show(...children: (Node | null)[]): void {
    this.element.replaceChildren(...children.filter((child) => child !== null));
    this.element.hidden = false;
  }

  protected head(title: string, close = strings.cardClose): HTMLElement {
    const key = el("kbd.wb-key", { "aria-hidden": "true" }, "Esc");
    return el(
      "header.wb-card-head",
      {},
      el("h3", {}, title),
      button("wb-button", close, () => this.close(), { key, signal: this.signal }),
    );
  }

  /** Escape closes; Tab stays inside. Nothing reaches the widget below. */
  protected keydown(event: KeyboardEvent): void {
    event.stopPropagation();
    if (event.code === "Escape" && !event.isComposing) {
      event.preventDefault();
      this.close();
    } else if (event.code === "Tab") this.turnRound(event);
  }

  private turnRound(event: KeyboardEvent): void {
    const stops = [
      ...this.element.querySelectorAll<HTMLElement>("button, input, select, [tabindex='0']"),
    ].filter((stop) => stop.tabIndex >= 0 && stop.getClientRects().length > 0);
    const at = stops.indexOf(document.activeElement as HTMLElement);
    const leaving = event.shiftKey ? at <= 0 : at === stops.length - 1;
    if (!leaving) return;
    event.preventDefault();
    stops.at(event.shiftKey ? -1 : 0)?.focus();
  }
}
