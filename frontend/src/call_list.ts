// A list of calls to filter, sort, hear and select; only the rows in sight exist.

import type { AnyModel } from "@anywidget/types";
import { facetsOf, rowsFor, visible, type Column, type Query } from "./call_filter";
import { cellText, columnWidth, facetText } from "./call_cells";
import { button, el, rove, setAttributes, setText } from "./dom";
import { icon } from "./icons";
import type { Columns } from "./model";
import { columnName, strings } from "./strings";
import { Strip } from "./strip";
import { Wire } from "./wire";

export interface CallListSetup {
  columns: Column[];
  data: Columns;
  height_px: number;
}

const ROW_PX = 34;
const BUTTONS_PX = 72;

export class CallList {
  private readonly life = new AbortController();
  private readonly wire: Wire;
  private readonly strip: Strip;
  private readonly head = el("div.wb-row.wb-row-head", { role: "row", "aria-rowindex": 1 });
  private readonly sizer = el("div.wb-sizer", { role: "presentation" });
  private readonly body: HTMLElement;
  private readonly count = el("span.wb-muted", { role: "status" });
  private readonly nothing = el("p.wb-empty", { hidden: true });
  private readonly search = el("input.wb-field", {
    type: "search",
    placeholder: strings.search,
    "aria-label": strings.search,
  });
  private readonly choices = new Map<string, HTMLSelectElement>();
  private readonly clearButton: HTMLButtonElement;
  private readonly id = `wb-calls-${Math.random().toString(36).slice(2)}`;
  private query: Query = { search: "", facets: {}, sort: null };
  private rows: number[] = [];
  private selected: Set<number>;
  private active = 0;
  private anchor: number | null = null;
  private pending = 0;

  constructor(
    private readonly model: AnyModel,
    private readonly root: HTMLElement,
    private readonly setup: CallListSetup,
  ) {
    const { signal } = this.life;
    root.classList.add("wb", "wb-calls");
    root.dataset["lmSuppressShortcuts"] = "true";
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", strings.calls);
    this.selected = new Set(model.get("_selected") as number[]);
    this.wire = new Wire(model);
    this.strip = new Strip(root, this.wire, () => this.draw(), signal);
    this.strip.element.hidden = true;
    this.clearButton = button("wb-button", strings.clear, () => this.clear(), { signal });
    const widths = setup.columns.map((column) => columnWidth(column, setup.data));
    const columns = widths.map((px) => `minmax(${px}px, ${px}fr)`);
    root.style.setProperty("--wb-columns", `repeat(2, ${BUTTONS_PX / 2}px) ${columns.join(" ")}`);
    root.style.setProperty("--wb-least", `${widths.reduce((sum, px) => sum + px, BUTTONS_PX)}px`);
    this.body = el("div.wb-rows", {
      role: "grid",
      tabindex: 0,
      "aria-label": strings.calls,
      "aria-multiselectable": "true",
    });
    this.body.style.maxHeight = `${setup.height_px}px`;
    this.makeHead(signal);
    this.body.append(this.head, this.sizer);
    root.append(this.toolbar(), this.body, this.nothing, this.strip.element);
    this.listen(signal);
    this.renew();
  }

  close(): void {
    this.model.off("change:_selected", this.reselect);
    cancelAnimationFrame(this.pending);
    this.life.abort();
    this.strip.close();
    this.wire.close();
  }

  private listen(signal: AbortSignal): void {
    this.model.on("change:_selected", this.reselect);
    this.root.addEventListener("keydown", (event) => event.stopPropagation(), { signal });
    this.body.addEventListener("keydown", (event) => this.keydown(event), { signal });
    this.body.addEventListener(
      "mousedown",
      (event) => {
        if (event.shiftKey) event.preventDefault();
      },
      { signal },
    );
    this.body.addEventListener("click", (event) => this.click(event), { signal });
    this.body.addEventListener(
      "scroll",
      () => {
        cancelAnimationFrame(this.pending);
        this.pending = requestAnimationFrame(() => this.draw());
      },
      { signal },
    );
    this.search.addEventListener(
      "input",
      () => {
        this.query = { ...this.query, search: this.search.value };
        this.renew();
      },
      { signal },
    );
    const resized = new ResizeObserver(() => this.draw());
    resized.observe(this.body);
    signal.addEventListener("abort", () => resized.disconnect());
  }

  private toolbar(): HTMLElement {
    const bar = el("div.wb-filters", { role: "search" }, this.search);
    for (const [name, keys] of facetsOf(this.setup.columns, this.setup.data)) {
      const label = columnName(name);
      const select = el(
        "select.wb-field",
        { "aria-label": label },
        el("option", { value: "any" }, `${label}: ${strings.any}`),
        ...keys.map((key) => el("option", { value: `=${key}` }, `${label}: ${facetText(key)}`)),
      );
      select.addEventListener("change", () => this.choose(name, select.value), {
        signal: this.life.signal,
      });
      this.choices.set(name, select);
      bar.append(select);
    }
    bar.append(this.clearButton, el("span.wb-space"), this.count);
    return bar;
  }

  private choose(name: string, value: string): void {
    const { [name]: _before, ...facets } = this.query.facets;
    this.query = {
      ...this.query,
      facets: value === "any" ? facets : { ...facets, [name]: value.slice(1) },
    };
    this.renew();
  }

  private clear(): void {
    this.query = { ...this.query, search: "", facets: {} };
    this.search.value = "";
    for (const select of this.choices.values()) select.value = "any";
    this.renew();
    this.search.focus();
  }

  private sortBy(column: string): void {
    const { sort } = this.query;
    const next =
      sort?.column !== column ? { column, down: false } : sort.down ? null : { column, down: true };
    this.query = { ...this.query, sort: next };
    this.renew();
  }

  /** Filter and sort again; the list begins at its top. */
  private renew(): void {
    this.rows = rowsFor(this.query, this.setup.columns, this.setup.data);
    this.active = 0;
    this.anchor = null;
    this.body.scrollTop = 0;
    this.sizer.style.height = `${this.rows.length * ROW_PX}px`;
    const filtered = this.query.search !== "" || Object.keys(this.query.facets).length > 0;
    this.clearButton.hidden = !filtered;
    this.nothing.hidden = this.rows.length > 0;
    setText(this.nothing, filtered ? strings.noneMatch : strings.noCalls);
    setAttributes(this.body, { "aria-rowcount": this.rows.length + 1 });
    for (const select of this.choices.values()) {
      select.classList.toggle("wb-chosen", select.value !== "any");
    }
    this.drawHead();
    this.draw();
  }

  private makeHead(signal: AbortSignal): void {
    const sorters: HTMLElement[] = [];
    const cells = this.setup.columns.map(({ name, kind }) => {
      const label = columnName(name);
      const press = button("wb-sort", label, () => this.sortBy(name), { signal });
      press.title = strings.sortBy(label);
      sorters.push(press);
      return el("div.wb-cell", { role: "columnheader", "data-kind": kind }, press);
    });
    this.head.append(
      el("div.wb-cell", { role: "columnheader", "aria-label": strings.selected }),
      el("div.wb-cell", { role: "columnheader", "aria-label": strings.play }),
      ...cells,
    );
    rove(this.head, () => sorters, signal);
  }

  private drawHead(): void {
    const { sort } = this.query;
    this.setup.columns.forEach(({ name }, i) => {
      const cell = this.head.children[i + 2];
      const sorted = sort?.column === name ? (sort.down ? "descending" : "ascending") : "none";
      const arrow = { descending: " ↓", ascending: " ↑", none: "" }[sorted];
      if (!cell) return;
      setAttributes(cell, { "aria-sort": sorted });
      const label = cell.querySelector("span");
      if (label) setText(label, columnName(name) + arrow);
    });
  }

  private draw(): void {
    if (this.life.signal.aborted) return;
    const [first, last] = visible(
      this.body.scrollTop,
      this.body.clientHeight || this.setup.height_px,
      ROW_PX,
      this.rows.length,
    );
    const shown = this.rows.slice(first, last).map((row, i) => this.drawRow(row, first + i));
    this.sizer.replaceChildren(...shown);
    setAttributes(this.body, {
      "aria-activedescendant": this.rows.length > 0 ? `${this.id}-${this.active}` : null,
    });
    const all = this.setup.data["call_id"]?.length ?? 0;
    setText(this.count, strings.shown(this.rows.length, all, this.selected.size));
  }

  private drawRow(row: number, at: number): HTMLElement {
    const id = this.idOf(row);
    const chosen = this.selected.has(row);
    const sounds = this.strip.callId === id && this.strip.playing;
    const audible = this.setup.data["has_audio"]?.[row] !== false;
    const play = el(
      "button.wb-button.wb-row-play",
      {
        type: "button",
        tabindex: -1,
        "data-act": "play",
        "aria-label": strings.playCall(id),
        title: audible ? null : strings.noAudio,
        disabled: !audible,
      },
      icon(sounds ? "stop" : "play"),
    );
    const element = el(
      "div.wb-row",
      {
        role: "row",
        id: `${this.id}-${at}`,
        "aria-rowindex": at + 2,
        "aria-selected": String(chosen),
        "data-at": at,
        "data-active": at === this.active,
        "data-sounds": sounds,
      },
      el("div.wb-cell.wb-check", { role: "gridcell", "data-act": "select" }, chosen ? icon("saved") : null),
      el("div.wb-cell", { role: "gridcell" }, play),
      ...this.setup.columns.map(({ name, kind }) => {
        const text = cellText(this.setup.data[name]?.[row] ?? null, kind);
        return el("div.wb-cell", { role: "gridcell", "data-kind": kind, title: text }, text);
      }),
    );
    element.style.transform = `translateY(${at * ROW_PX}px)`;
    return element;
  }

  private idOf(row: number): string {
    return String(this.setup.data["call_id"]?.[row]);
  }

  private click(event: MouseEvent): void {
    const target = event.target as HTMLElement;
    const line = target.closest<HTMLElement>("[data-at]");
    if (!line) return;
    const at = Number(line.dataset["at"]);
    this.active = at;
    const act = target.closest<HTMLElement>("[data-act]")?.dataset["act"];
    if (act === "play") this.play(at);
    else if (event.shiftKey && this.anchor !== null) this.selectRange(this.anchor, at);
    else this.toggle(at, act === "select" || event.ctrlKey || event.metaKey);
    this.body.focus({ preventScroll: true });
    this.draw();
  }

  private keydown(event: KeyboardEvent): void {
    if (event.target !== this.body) return;
    const page = Math.max(1, Math.floor(this.body.clientHeight / ROW_PX) - 2);
    const moves: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -this.rows.length,
      End: this.rows.length,
    };
    const by = moves[event.key];
    if (by !== undefined) this.moveTo(this.active + by, event.shiftKey);
    else if (event.code === "Space") this.play(this.active);
    else if (event.code === "Enter") this.toggle(this.active, true);
    else if (event.code === "KeyA" && (event.ctrlKey || event.metaKey)) {
      this.selectRange(0, this.rows.length - 1);
    } else return;
    event.preventDefault();
    this.draw();
  }

  private moveTo(at: number, extend: boolean): void {
    const from = this.active;
    this.active = Math.max(0, Math.min(this.rows.length - 1, at));
    const top = this.active * ROW_PX;
    const room = this.body.clientHeight - this.head.offsetHeight - ROW_PX;
    if (top < this.body.scrollTop) this.body.scrollTop = top;
    else if (top > this.body.scrollTop + room) this.body.scrollTop = top - room;
    if (extend) {
      this.anchor ??= from;
      this.selectRange(this.anchor, this.active);
    }
  }

  private play(at: number): void {
    const row = this.rows[at];
    if (row === undefined || this.setup.data["has_audio"]?.[row] === false) return;
    const id = this.idOf(row);
    if (this.strip.callId === id) {
      this.strip.toggle();
      return;
    }
    this.strip.element.hidden = false;
    const durationS = Number(this.setup.data["duration_s"]?.[row] ?? 0);
    this.strip.load({ callId: id, durationS, offsetS: 0, caption: strings.call(id) }, true);
  }

  private toggle(at: number, keepOthers: boolean): void {
    const row = this.rows[at];
    if (row === undefined) return;
    const was = this.selected.has(row);
    const others = this.selected.size > (was ? 1 : 0);
    if (!keepOthers) this.selected.clear();
    if (was && (keepOthers || !others)) this.selected.delete(row);
    else this.selected.add(row);
    this.anchor = at;
    this.tellPython();
  }

  private selectRange(from: number, to: number): void {
    const range = this.rows.slice(Math.min(from, to), Math.max(from, to) + 1);
    this.selected = new Set(range);
    this.tellPython();
  }

  private tellPython(): void {
    this.model.set("_selected", [...this.selected]);
    this.model.save_changes();
  }

  private readonly reselect = (): void => {
    this.selected = new Set(this.model.get("_selected") as number[]);
    this.draw();
  };
}
