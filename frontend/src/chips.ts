// Tags as chips: what was heard, how strongly, and which is the main one.

import { el, rove, setAttributes, setText } from "./dom";
import { icon } from "./icons";
import type { KeyNames } from "./key_names";
import type { Keymap } from "./keys";
import type { Tag } from "./model";
import { strings, tagName } from "./strings";
import { matching } from "./tag_finder";

/** From here on the chips stand in columns, so that the eye finds one among many. */
const MANY = 18;

interface Chip {
  tag: string;
  element: HTMLButtonElement;
  dots: HTMLElement[];
}

export class Chips {
  readonly element = el("div.wb-chips", { role: "group", "aria-label": strings.tags });
  private readonly hint = el("div.wb-hint", { role: "tooltip", hidden: true, id: "" });
  /** Whether the voice is heard: in text alone, what a tag sounds like is not told. */
  heard = true;
  private chips: Chip[] = [];
  private shown: readonly Tag[] = [];
  private life = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly steps: number,
    private readonly keymap: Keymap,
    private readonly keys: KeyNames,
    private readonly press: (tag: string) => void,
    private readonly signal: AbortSignal,
  ) {
    this.hint.id = `wb-hint-${Math.random().toString(36).slice(2)}`;
    signal.addEventListener("abort", () => {
      this.life.abort();
      clearTimeout(this.timer);
    });
  }

  /** Show these tags, each with its key if it has one. */
  setTags(tags: readonly Tag[]): void {
    if (tags === this.shown || this.signal.aborted) return;
    this.shown = tags;
    this.life.abort();
    this.life = new AbortController();
    this.hideHint();
    this.chips = tags.map((tag) => this.make(tag));
    this.element.classList.toggle("wb-many", tags.length > MANY);
    this.element.replaceChildren(...this.chips.map(({ element }) => element), this.hint);
    rove(this.element, () => this.visible(), this.life.signal);
  }

  /** Show only the tags that match what is typed, and give the best; all for nothing typed. */
  filter(text: string): string | null {
    const names = this.chips.map(({ tag }) => tag);
    const found = matching(names, text);
    const best = text.trim() ? (found[0] ?? null) : null;
    for (const { tag, element } of this.chips) {
      element.hidden = !found.includes(tag);
      element.classList.toggle("wb-found", tag === best);
    }
    return best;
  }

  show(chosen: Readonly<Record<string, number>>, primary: string | null, off: boolean): void {
    this.element.classList.toggle("wb-off", off);
    for (const { tag, element, dots } of this.chips) {
      const step = chosen[tag] ?? 0;
      const main = primary === tag;
      dots.forEach((dot, i) => dot.classList.toggle("wb-on", i < step));
      element.classList.toggle("wb-primary", main);
      const state = step === 0 ? strings.off : strings.strength(step, this.steps);
      setAttributes(element, {
        "aria-pressed": String(step > 0),
        "aria-label": [tagName(tag), state, ...(main ? [strings.primary] : [])].join(", "),
      });
    }
  }

  hideHint(): boolean {
    clearTimeout(this.timer);
    const open = !this.hint.hidden;
    this.hint.hidden = true;
    return open;
  }

  private visible(): HTMLElement[] {
    return this.chips.map(({ element }) => element).filter(({ hidden }) => !hidden);
  }

  private make(tag: Tag): Chip {
    const stroke = this.keymap.strokeOfTag(tag.tag);
    const dots = Array.from({ length: this.steps }, () => el("i"));
    const element = el(
      "button.wb-chip",
      { type: "button", "aria-describedby": this.hint.id },
      stroke === null ? null : this.keys.drawn(stroke),
      el("span.wb-chip-name", {}, tagName(tag.tag)),
      el("span.wb-dots", { "aria-hidden": "true" }, ...dots),
      icon("primary"),
    );
    const signal = this.life.signal;
    element.addEventListener("click", () => this.press(tag.tag), { signal });
    element.addEventListener("pointerenter", () => this.hintSoon(tag, element, 500), { signal });
    element.addEventListener("focus", () => {
      if (element.matches(":focus-visible")) this.hintSoon(tag, element, 0);
    }, { signal });
    element.addEventListener("pointerleave", () => this.hideHintSoon(), { signal });
    element.addEventListener("blur", () => this.hideHint(), { signal });
    this.hint.addEventListener("pointerenter", () => clearTimeout(this.timer), { signal });
    this.hint.addEventListener("pointerleave", () => this.hideHint(), { signal });
    return { tag: tag.tag, element, dots };
  }

  private hintSoon(tag: Tag, chip: HTMLElement, afterMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.hint.replaceChildren(...definition(tag, this.heard));
      this.hint.hidden = false;
      const left = Math.min(
        chip.offsetLeft,
        Math.max(0, this.element.clientWidth - this.hint.offsetWidth),
      );
      this.hint.style.left = `${left}px`;
      this.hint.style.bottom = `${this.element.clientHeight - chip.offsetTop + 4}px`;
    }, afterMs);
  }

  private hideHintSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.hideHint(), 200);
  }
}

/** What a tag means, as paragraphs. */
export function definition(tag: Tag, heard: boolean): HTMLElement[] {
  return [
    [strings.definition, tag.definition],
    [strings.soundsLike, heard ? tag.sounds_like : ""],
    [strings.notToBeConfused, tag.not_to_be_confused_with],
  ]
    .filter(([, text]) => text)
    .map(([label, text]) => el("p", {}, el("b", {}, label ?? ""), ` ${text ?? ""}`));
}

/** A chip without dots: neutral, unclear, unusable, other. */
export class VerdictChip {
  readonly element: HTMLButtonElement;

  constructor(label: string, key: HTMLElement, press: () => void, signal: AbortSignal) {
    this.element = el(
      "button.wb-chip.wb-chip-verdict",
      { type: "button" },
      key,
      el("span.wb-chip-name", {}, label),
    );
    this.element.addEventListener("click", press, { signal });
  }

  show(pressed: boolean, label?: string): void {
    setAttributes(this.element, { "aria-pressed": String(pressed) });
    const name = this.element.querySelector(".wb-chip-name");
    if (label && name) setText(name, label);
  }
}
