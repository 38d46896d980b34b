// All keys and all tags on one card.

import { definition } from "./chips";
import { button, el } from "./dom";
import type { KeyNames } from "./key_names";
import { tagKey } from "./keys";
import type { Tag, Taxonomy } from "./model";
import { dimensionName, strings } from "./strings";

export class KeyCard {
  readonly element = el("div.wb-card", {
    role: "dialog",
    "aria-label": strings.card,
    tabindex: -1,
    hidden: true,
  });

  constructor(
    private readonly taxonomy: Taxonomy,
    private readonly keys: KeyNames,
    private readonly closed: () => void,
    private readonly signal: AbortSignal,
  ) {}

  get open(): boolean {
    return !this.element.hidden;
  }

  show(tags: readonly Tag[]): void {
    const close = button("wb-button", strings.cardClose, () => this.close(), {
      key: this.keys.cap("Escape"),
      signal: this.signal,
    });
    this.element.replaceChildren(
      el("header.wb-card-head", {}, el("h3", {}, strings.card), close),
      el("dl.wb-card-keys", {}, ...this.rows()),
      el("h3", {}, strings.cardTags),
      el("dl.wb-card-tags", {}, ...tags.flatMap((tag, index) => this.tagRow(tag, index))),
    );
    this.element.hidden = false;
    close.focus();
  }

  close(): void {
    if (!this.open) return;
    this.element.hidden = true;
    this.closed();
  }

  private rows(): HTMLElement[] {
    const { cardKeys } = strings;
    const of = (...codes: string[]) => codes.map((code) => this.keys.of(code));
    const shifted = (code: string) => [`⇧${this.keys.of(code)}`];
    const [first, second] = this.taxonomy.dimensions.map(({ dimension }) =>
      dimensionName(dimension),
    );
    const scores: [string[], string][] =
      first && second
        ? [[["←", "→", "↑", "↓"], cardKeys.scores(first, second)]]
        : first
          ? [[["←", "→"], cardKeys.oneScore(first)]]
          : [];
    const rows: [string[], string][] = [
      [["1", "…", "9"], cardKeys.tags],
      [["⇧1", "…", "⇧9"], cardKeys.secondBank],
      [of("Digit0", "KeyU", "KeyX"), cardKeys.verdicts],
      [of("KeyO"), cardKeys.other],
      [of("KeyP"), cardKeys.primary],
      ...scores,
      [of("KeyN"), cardKeys.note],
      [["Esc"], cardKeys.leave],
      [of("Space"), cardKeys.play],
      [of("KeyR"), cardKeys.replay],
      [of("KeyC"), cardKeys.context],
      [of("KeyS"), cardKeys.solo],
      [of("KeyA"), cardKeys.auto],
      [of("KeyJ", "KeyK"), cardKeys.go],
      [of("Enter"), cardKeys.save],
      [["Ctrl+Z"], cardKeys.undo],
      [["Ctrl+⇧Z"], cardKeys.takeBack],
      [of("KeyG"), cardKeys.list],
      [shifted("KeyK"), cardKeys.skip],
      [of("KeyI"), cardKeys.flag],
      [shifted("KeyL"), cardKeys.leaveCall],
      [shifted("KeyP"), cardKeys.rest],
      [of("KeyH"), cardKeys.card],
    ];
    return rows.map(([keys, text]) =>
      el("div", {}, el("dt", {}, ...keys.map(readableKey)), el("dd", {}, text)),
    );
  }

  private tagRow(tag: Tag, index: number): HTMLElement[] {
    const key = tagKey(index);
    return [
      el("dt", {}, key ? this.keys.cap(key.code, key.shift) : null, tag.tag),
      el("dd", {}, ...definition(tag)),
    ];
  }
}

function readableKey(name: string): HTMLElement | string {
  return name === "…" ? "…" : el("kbd.wb-key", {}, name);
}
