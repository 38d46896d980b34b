// All keys and all tags on one card, made from the table of keys; printed it is the rater's hand card.

import { definition } from "./chips";
import { button, el } from "./dom";
import type { KeyNames } from "./key_names";
import type { Binding, Keymap } from "./keys";
import type { Tag, Taxonomy } from "./model";
import { dimensionName, strings, tagName } from "./strings";

export class KeyCard {
  readonly element = el("div.wb-card", {
    role: "dialog",
    "aria-label": strings.card,
    tabindex: -1,
    hidden: true,
  });

  constructor(
    private readonly taxonomy: Taxonomy,
    private readonly keymap: Keymap,
    private readonly keys: KeyNames,
    private readonly closed: () => void,
    private readonly signal: AbortSignal,
  ) {}

  get open(): boolean {
    return !this.element.hidden;
  }

  show(tags: readonly Tag[]): void {
    const { signal } = this;
    const close = button("wb-button", strings.cardClose, () => this.close(), {
      key: this.keys.cap("stop"),
      signal,
    });
    const print = button("wb-button", strings.cardPrint, () => printAlone(this.element), { signal });
    const about = el("span.wb-muted", {}, `${this.taxonomy.taxonomy} ${this.taxonomy.version}`);
    this.element.replaceChildren(
      el("header.wb-card-head", {}, el("h3", {}, strings.card), about, print, close),
      el(
        "div.wb-card-sections",
        {},
        ...Object.entries(this.keymap.sections).map(([name, bindings]) =>
          el(
            "section",
            {},
            el("h4", {}, strings.cardSections[name] ?? name),
            el("dl.wb-card-keys", {}, ...this.rows(bindings)),
          ),
        ),
      ),
      el("h4", {}, strings.cardTags),
      el("p.wb-muted", {}, strings.cardTagsHow),
      el("dl.wb-card-tags", {}, ...tags.flatMap((tag) => this.tagRow(tag))),
    );
    this.element.hidden = false;
    close.focus();
  }

  close(): void {
    if (!this.open) return;
    this.element.hidden = true;
    this.closed();
  }

  /** Neighbours in the table that say the same are one row. */
  private rows(bindings: readonly Binding[]): HTMLElement[] {
    const rows: [string, string[]][] = [];
    for (const binding of bindings) {
      const text = this.textOf(binding);
      const stroke = this.keymap.strokeOf(binding.name);
      if (text === null || stroke === null) continue;
      const last = rows.at(-1);
      if (last?.[0] === text) last[1].push(stroke);
      else rows.push([text, [stroke]]);
    }
    return rows.map(([text, strokes]) =>
      el("div", {}, el("dt", {}, ...strokes.map((stroke) => this.readable(stroke))), el("dd", {}, text)),
    );
  }

  private textOf({ command, line }: Binding): string | null {
    if (command.act !== "score") return strings.cardKeys[line];
    const dimension = this.taxonomy.dimensions[command.dimension];
    return dimension ? dimensionName(dimension.dimension) : null;
  }

  private tagRow(tag: Tag): HTMLElement[] {
    const stroke = this.keymap.strokeOfTag(tag.tag);
    return [
      el("dt", {}, stroke === null ? el("span") : this.readable(stroke), tagName(tag.tag)),
      el("dd", {}, ...definition(tag, true)),
    ];
  }

  private readable(stroke: string): HTMLElement {
    return el("kbd.wb-key", { "data-stroke": stroke }, this.keys.of(stroke));
  }
}

/** Print an element and nothing else of the page. */
function printAlone(element: HTMLElement): void {
  const page = document.documentElement;
  const sheet = el("div.wb.wb-sheet", {}, element.cloneNode(true));
  const done = () => {
    sheet.remove();
    page.classList.remove("wb-printing");
    element.focus();
  };
  document.body.append(sheet);
  page.classList.add("wb-printing");
  window.addEventListener("afterprint", done, { once: true });
  window.print();
}
