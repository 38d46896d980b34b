// Find a tag by typing: the third way to a tag, for taxonomies with more of them than keys.

import { el } from "./dom";
import { strings } from "./strings";

export interface FinderEvents {
  /** Show only the tags that match and tell the first; null where none does. */
  filter(text: string): string | null;
  toggle(tag: string): void;
  leave(): void;
}

export class TagFinder {
  readonly element = el("input.wb-field.wb-find", {
    type: "search",
    "aria-label": strings.find,
    placeholder: strings.findPlaceholder,
    autocomplete: "off",
    spellcheck: "false",
    hidden: true,
  });
  private closing: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly events: FinderEvents,
    signal: AbortSignal,
  ) {
    const { element } = this;
    element.addEventListener("input", () => events.filter(element.value), { signal });
    element.addEventListener("keydown", (event) => this.key(event), { signal });
    // A click on a chip takes the focus first: the chips must not move before it has landed.
    element.addEventListener("blur", () => (this.closing = setTimeout(() => this.close(), 300)), {
      signal,
    });
    signal.addEventListener("abort", () => clearTimeout(this.closing));
  }

  open(): void {
    clearTimeout(this.closing);
    this.element.hidden = false;
    this.element.focus();
  }

  close(): void {
    clearTimeout(this.closing);
    if (this.element.hidden) return;
    this.element.value = "";
    this.element.hidden = true;
    this.events.filter("");
  }

  private key(event: KeyboardEvent): void {
    event.stopPropagation();
    if (event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      this.close();
      this.events.leave();
    } else if (event.key === "Enter") {
      event.preventDefault();
      const first = this.element.value.trim() && this.events.filter(this.element.value);
      if (first) this.events.toggle(first);
      this.element.select();
    }
  }
}

/** Names that match, best first: the whole name, then its beginning, then a word's, then any part. */
export function matching(names: readonly string[], text: string): string[] {
  const plain = (word: string) => word.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("_", " ");
  const wanted = plain(text.trim());
  const rank = (name: string) => {
    const own = plain(name);
    if (own === wanted) return 0;
    if (own.startsWith(wanted)) return 1;
    return own.includes(` ${wanted}`) ? 2 : own.includes(wanted) ? 3 : 4;
  };
  return names.filter((name) => rank(name) < 4).sort((a, b) => rank(a) - rank(b));
}
