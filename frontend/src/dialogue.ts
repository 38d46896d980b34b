// What was said, turn by turn, the current unit marked.

import { el, setAttributes } from "./dom";
import type { Call, Line, Unit } from "./model";
import { clock, roleName, strings } from "./strings";

/** Whether most of a line, or of the unit, lies in the other. */
export function belongs(line: Line, unit: Unit): boolean {
  if (unit.channel !== null && line.role !== unit.role) return false;
  const shared = Math.min(line.end_s, unit.end_s) - Math.max(line.start_s, unit.start_s);
  const shorter = Math.min(line.end_s - line.start_s, unit.end_s - unit.start_s);
  return shared > 0 && shared >= shorter / 2;
}

export class Dialogue {
  readonly element: HTMLElement;
  private readonly list = el("ol.wb-lines");
  private call: Call | null = null;
  private unit: Unit | null = null;
  private items: HTMLLIElement[] = [];

  constructor() {
    this.element = el(
      "section.wb-dialogue",
      { "aria-label": strings.dialogue, tabindex: 0 },
      this.list,
    );
  }

  show(call: Call | null, unit: Unit): void {
    if (call === this.call && unit === this.unit) return;
    this.unit = unit;
    if (call !== this.call) {
      this.call = call;
      this.items = (call?.lines ?? []).map((line) =>
        el(
          "li.wb-line",
          {},
          el("span.wb-role", { "data-role": line.role }, roleName(line.role)),
          el("span.wb-line-time", {}, clock(line.start_s)),
          el("span.wb-line-text", { dir: "auto" }, line.text),
        ),
      );
      this.list.replaceChildren(
        ...(this.items.length > 0 || !call ? this.items : [el("li", {}, strings.noWords)]),
      );
    }
    let first: HTMLElement | null = null;
    call?.lines.forEach((line, i) => {
      const here = belongs(line, unit);
      const item = this.items[i];
      if (!item) return;
      setAttributes(item, { "aria-current": here ? "true" : null });
      if (here) first ??= item;
    });
    this.reveal(first ?? this.nearest(call, unit));
  }

  private nearest(call: Call | null, unit: Unit): HTMLElement | null {
    const at = call?.lines.findIndex((line) => line.end_s > unit.start_s) ?? -1;
    return this.items[at] ?? null;
  }

  /** Scroll the list, and only the list. */
  private reveal(item: HTMLElement | null): void {
    if (!item) return;
    const box = this.element;
    const wanted = item.offsetTop - (box.clientHeight - item.offsetHeight) / 2;
    box.scrollTop = Math.max(0, wanted);
  }
}
