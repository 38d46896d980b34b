// What was said, turn by turn: the current unit's lines marked, the one that sounds as well. A
// click or Enter on a line plays it.

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

/** Place of the line that sounds at a second, else of the one that sounded last; -1 before the first. */
export function lineAt(lines: readonly Line[], second: number): number {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle] as Line).start_s <= second) low = middle + 1;
    else high = middle;
  }
  // Lines are in the order of their starts; one that began earlier may still go on.
  for (let i = low - 1; i >= Math.max(0, low - 4); i--) {
    if ((lines[i] as Line).end_s > second) return i;
  }
  return low - 1;
}

interface Row {
  item: HTMLLIElement;
  button: HTMLButtonElement;
}

export class Dialogue {
  readonly element: HTMLElement;
  private readonly list = el("ol.wb-lines");
  private call: Call | null = null;
  private unit: Unit | null = null;
  private rows: Row[] = [];
  private marked: Row[] = [];
  private stop: Row | undefined;
  private sounding = -1;
  private revealing = 0;

  constructor(play: (line: Line) => void, signal: AbortSignal) {
    this.element = el("section.wb-dialogue", { "aria-label": strings.dialogue }, this.list);
    const at = (event: Event) =>
      this.rows.findIndex(({ button }) => button.contains(event.target as Node));
    this.list.addEventListener("click", (event) => {
      const line = this.call?.lines[at(event)];
      if (line) play(line);
    }, { signal });
    this.list.addEventListener("keydown", (event) => {
      const by = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
      const from = at(event);
      if (by === undefined || from < 0) return;
      event.preventDefault();
      event.stopPropagation();
      const to = this.rows[Math.max(0, Math.min(this.rows.length - 1, from + by))];
      this.reachBy(to);
      to?.button.focus({ preventScroll: true });
      this.reveal(to);
    }, { signal });
  }

  show(call: Call | null, unit: Unit): void {
    if (call === this.call && unit === this.unit) return;
    this.unit = unit;
    if (call !== this.call) this.write(call);
    for (const { item } of this.marked) item.removeAttribute("aria-current");
    this.marked = this.rows.filter((_, i) => belongs(call?.lines[i] as Line, unit));
    for (const { item } of this.marked) item.setAttribute("aria-current", "true");
    const first = this.marked[0] ?? this.nearest(unit);
    this.reachBy(first);
    this.reveal(first);
  }

  /** Follow the playhead; null where it rests. */
  at(second: number | null): void {
    const lines = this.call?.lines ?? [];
    const now = second === null ? -1 : lineAt(lines, second);
    if (now === this.sounding) return;
    this.rows[this.sounding]?.item.removeAttribute("data-sounds");
    this.sounding = now;
    const row = this.rows[now];
    if (!row) return;
    setAttributes(row.item, { "data-sounds": true });
    this.reveal(row);
  }

  /** One line is a stop of the Tab key; arrows go on from there. */
  private reachBy(row: Row | undefined): void {
    this.stop?.button.setAttribute("tabindex", "-1");
    this.stop = row;
    row?.button.setAttribute("tabindex", "0");
  }

  private write(call: Call | null): void {
    this.call = call;
    this.marked = [];
    this.sounding = -1;
    this.rows = (call?.lines ?? []).map((line) => {
      const button = el(
        "button.wb-line-button",
        { type: "button", tabindex: -1, title: clock(line.start_s) },
        el("span.wb-role", { "data-role": line.role }, roleName(line.role)),
        el("span.wb-line-text", { dir: "auto" }, line.text),
      );
      return { button, item: el("li.wb-line", {}, button) };
    });
    this.list.replaceChildren(
      ...(this.rows.length > 0 || !call
        ? this.rows.map(({ item }) => item)
        : [el("li.wb-line-none", {}, strings.noWords)]),
    );
  }

  private nearest(unit: Unit): Row | undefined {
    const at = this.call?.lines.findIndex((line) => line.end_s > unit.start_s) ?? -1;
    return this.rows[at];
  }

  /** Scroll the list, and only the list; of a line that is too long for it the beginning is seen. */
  private reveal(row: Row | undefined): void {
    cancelAnimationFrame(this.revealing);
    if (!row) return;
    this.revealing = requestAnimationFrame(() => {
      const box = this.element;
      const { offsetTop, offsetHeight } = row.item;
      const spare = Math.max(0, box.clientHeight - offsetHeight);
      box.scrollTop = Math.max(0, offsetTop - spare / 2);
    });
  }
}
