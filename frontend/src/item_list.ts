// All items of the list, to search, filter and jump in; only the rows in sight are drawn.

import { visible } from "./call_filter";
import { el, setAttributes, setText } from "./dom";
import { icon } from "./icons";
import { uuid7 } from "./ids";
import type { Pass } from "./model";
import { Panel } from "./panel";
import { clock, roleName, strings } from "./strings";

const ROW_PX = 30;
const FIRST_ROWS_PX = 420;

export interface ItemRow {
  index: number;
  callId: string;
  role: string;
  start_s: number;
  pass: Pass;
  state: string;
  flag: string | null;
  heard: string;
}

export interface ItemSource {
  rows(): ItemRow[];
  current(): number;
  pick(index: number): void;
}

/** Rows that a filter and a search let through. */
export function matching(
  rows: readonly ItemRow[],
  filter: string,
  search: string,
  callId: string,
): ItemRow[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    const fits =
      filter === "all" ||
      (filter === "call" && row.callId === callId) ||
      (filter === "flagged" && row.flag !== null) ||
      filter === row.state ||
      filter === row.pass ||
      (filter === "saved" && row.state === "saving") ||
      (filter === "open" && row.state === "edited");
    if (!fits || words.length === 0) return fits;
    const text = [row.index + 1, row.callId, roleName(row.role), row.heard, row.flag ?? ""]
      .join(" ")
      .toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

export class ItemList extends Panel {
  private readonly id = `wb-${uuid7().slice(-8)}`;
  private readonly search = el("input.wb-field", {
    type: "search",
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": `${this.id}-rows`,
    "aria-label": strings.listSearch,
    placeholder: strings.listSearch,
  });
  private readonly filter = el("select.wb-field", { "aria-label": strings.listFilter });
  private readonly count = el("span.wb-muted", { role: "status" });
  private readonly sizer = el("div.wb-sizer");
  private readonly body = el(
    "div.wb-items",
    { role: "listbox", id: `${this.id}-rows`, "aria-label": strings.list },
    this.sizer,
  );
  private readonly nothing = el("p.wb-empty", { hidden: true }, strings.listNone);
  private all: ItemRow[] = [];
  private rows: ItemRow[] = [];
  private active = 0;

  constructor(
    private readonly source: ItemSource,
    closed: () => void,
    signal: AbortSignal,
  ) {
    super(strings.list, "wb-list", closed, signal);
    this.search.addEventListener("input", () => this.renew(), { signal });
    this.filter.addEventListener("change", () => this.renew(), { signal });
    this.body.addEventListener("scroll", () => this.draw(), { signal });
    this.body.addEventListener("click", (event) => this.click(event), { signal });
  }

  /** Open at the current item. */
  begin(): void {
    this.all = this.source.rows();
    this.search.value = "";
    this.offer();
    this.show(
      this.head(strings.list),
      el("div.wb-list-tools", {}, this.search, this.filter, this.count),
      this.body,
      this.nothing,
    );
    this.renew();
    this.moveTo(this.rows.findIndex(({ index }) => index === this.source.current()));
    this.search.focus();
  }

  private offer(): void {
    const passes = [...new Set(this.all.map(({ pass }) => pass))];
    const names = { ...strings.listFilters };
    if (passes.length > 1) for (const pass of passes) names[pass] = strings.passes[pass] ?? pass;
    this.filter.replaceChildren(
      ...Object.entries(names).map(([value, text]) => el("option", { value }, text)),
    );
    this.filter.value = "all";
  }

  private renew(): void {
    const callId = this.all[this.source.current()]?.callId ?? "";
    this.rows = matching(this.all, this.filter.value, this.search.value, callId);
    this.active = 0;
    this.body.scrollTop = 0;
    this.sizer.style.height = `${this.rows.length * ROW_PX}px`;
    this.nothing.hidden = this.rows.length > 0;
    this.body.hidden = this.rows.length === 0;
    setText(this.count, strings.listCount(this.rows.length, this.all.length));
    this.draw();
  }

  private draw(): void {
    const height = this.body.clientHeight || FIRST_ROWS_PX;
    const [first, last] = visible(this.body.scrollTop, height, ROW_PX, this.rows.length);
    this.sizer.replaceChildren(
      ...this.rows.slice(first, last).map((row, i) => this.drawRow(row, first + i)),
    );
    const active = this.rows.length > 0 ? `${this.id}-${this.active}` : null;
    setAttributes(this.search, { "aria-activedescendant": active });
  }

  private drawRow(row: ItemRow, at: number): HTMLElement {
    const flag = row.flag === null ? null : el("span.wb-item-flag", {}, icon("flag"));
    const heard = [row.heard, row.flag].filter(Boolean).join(" · ");
    const element = el(
      "div.wb-item",
      {
        role: "option",
        id: `${this.id}-${at}`,
        "aria-selected": String(at === this.active),
        "aria-setsize": this.rows.length,
        "aria-posinset": at + 1,
        "data-at": at,
        "data-current": row.index === this.source.current(),
      },
      el("span.wb-item-number", {}, String(row.index + 1)),
      el("span", {}, strings.call(row.callId)),
      el("span.wb-muted", {}, clock(row.start_s)),
      el("span.wb-role", { "data-role": row.role }, roleName(row.role)),
      el("span.wb-muted", {}, strings.states[row.state as keyof typeof strings.states]),
      el("span.wb-item-heard", { title: heard }, flag, heard),
    );
    element.style.transform = `translateY(${at * ROW_PX}px)`;
    return element;
  }

  private click(event: MouseEvent): void {
    const line = (event.target as HTMLElement).closest<HTMLElement>("[data-at]");
    if (line) this.pick(Number(line.dataset["at"]));
  }

  protected override keydown(event: KeyboardEvent): void {
    super.keydown(event);
    if (event.target !== this.search || event.isComposing) return;
    const page = Math.max(1, Math.floor(this.body.clientHeight / ROW_PX) - 1);
    const moves: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
    };
    const by = moves[event.code];
    if (by !== undefined) this.moveTo(this.active + by);
    else if (event.code === "Enter" || event.code === "NumpadEnter") this.pick(this.active);
    else return;
    event.preventDefault();
  }

  private moveTo(at: number): void {
    this.active = Math.max(0, Math.min(this.rows.length - 1, at));
    const top = this.active * ROW_PX;
    const room = (this.body.clientHeight || FIRST_ROWS_PX) - ROW_PX;
    if (top < this.body.scrollTop) this.body.scrollTop = top;
    else if (top > this.body.scrollTop + room) this.body.scrollTop = top - room / 2;
    this.draw();
  }

  private pick(at: number): void {
    const row = this.rows[at];
    if (!row) return;
    this.close();
    this.source.pick(row.index);
  }
}
