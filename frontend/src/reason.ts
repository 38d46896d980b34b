// Why a lead decided as they did: a field that is always there, and reasons to begin with.

import { button, el } from "./dom";
import type { KeyNames } from "./key_names";
import { keyInField, type NoteEvents } from "./note";
import { strings } from "./strings";

/** A reason has so many words at least, as Python asks for. */
const FEWEST_WORDS = 2;

export class Reason {
  readonly elements: readonly HTMLElement[];
  private readonly field = el("textarea.wb-field.wb-reason-field", {
    rows: 2,
    "aria-label": strings.deciding.reason,
    placeholder: strings.deciding.reasonPlaceholder,
  });

  constructor(keys: KeyNames, events: NoteEvents, signal: AbortSignal) {
    const { field } = this;
    field.addEventListener("input", () => events.typed(field.value), { signal });
    field.addEventListener(
      "keydown",
      (event) => {
        const saves = event.key === "Enter" && (event.ctrlKey || event.metaKey);
        keyInField(event, () => events.leave());
        if (saves && !event.isComposing) events.save();
      },
      { signal },
    );
    const quick = strings.deciding.quickReasons.map((text) =>
      button("wb-button wb-button-framed", text, () => events.typed(text), { signal }),
    );
    this.elements = [
      el(
        "div.wb-reason",
        {},
        el("span.wb-label", {}, strings.deciding.reason, keys.cap("reason")),
        field,
        el(
          "div.wb-quick",
          { role: "group", "aria-label": strings.deciding.quick },
          keys.cap("quick_reason"),
          ...quick,
        ),
      ),
    ];
  }

  show(text: string): void {
    if (this.field.value !== text) this.field.value = text;
  }

  open(): void {
    this.field.focus();
  }
}

export function isReason(text: string): boolean {
  return text.split(/\s+/).filter(Boolean).length >= FEWEST_WORDS;
}

/** The quick reason after the one that stands; own words are left alone, after the last comes none. */
export function nextQuickReason(text: string): string {
  const all = strings.deciding.quickReasons;
  const at = all.indexOf(text.trim());
  if (at < 0 && text.trim() !== "") return text;
  return all[at + 1] ?? "";
}
