// The note: a button that opens a field, which closes again when it is left empty.

import { button, el } from "./dom";
import type { KeyNames } from "./key_names";
import { strings } from "./strings";

export interface NoteEvents {
  typed(text: string): void;
  /** Give the keys back to the widget. */
  leave(): void;
  save(): void;
}

export class Note {
  readonly elements: readonly [HTMLElement, HTMLElement];
  private readonly field = el("textarea.wb-field.wb-note", {
    rows: 2,
    "aria-label": strings.note,
    placeholder: strings.notePlaceholder,
    hidden: true,
  });

  constructor(keys: KeyNames, events: NoteEvents, signal: AbortSignal) {
    const { field } = this;
    const opener = button("wb-button wb-note-button", strings.note, () => this.open(), {
      key: keys.cap("note"),
      signal,
    });
    this.elements = [opener, field];
    field.addEventListener("input", () => events.typed(field.value), { signal });
    field.addEventListener("keydown", (event) => keyInField(event, () => events.leave()), { signal });
    field.addEventListener("blur", () => (field.hidden = field.value === ""), { signal });
  }

  show(text: string, fresh: boolean): void {
    if (fresh) this.field.hidden = text === "";
    if (this.field.value !== text) this.field.value = text;
  }

  open(): void {
    this.field.hidden = false;
    this.field.focus();
  }
}

/** Keys in a text field are text, but for those that leave it: Esc, and Ctrl+Enter. */
export function keyInField(event: KeyboardEvent, leave: () => void): void {
  event.stopPropagation();
  const leaves =
    event.key === "Escape" || (event.key === "Enter" && (event.ctrlKey || event.metaKey));
  if (!leaves || event.isComposing) return;
  event.preventDefault();
  leave();
}
