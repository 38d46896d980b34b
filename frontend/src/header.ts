// Where the rater is, how much is left, and whether everything is saved.

import { button, el, setText } from "./dom";
import { icon, type IconName } from "./icons";
import type { KeyNames } from "./key_names";
import type { Command } from "./keys";
import { clock, strings } from "./strings";

export interface HeaderState {
  callId: string;
  details: string;
  durationS: number | null;
  place: string;
  left: string;
  edited: boolean;
  waiting: number;
  slow: boolean;
  /** Whether nothing can be saved just now: the database waits, or Python is silent. */
  trouble: "database" | "silent" | null;
  failed: number;
  anySaved: boolean;
}

export class Header {
  readonly element: HTMLElement;
  private readonly call = el("strong.wb-call");
  private readonly details = el("span.wb-muted");
  private readonly place = el("strong.wb-place");
  private readonly left = el("span.wb-muted");
  private readonly mark = el("span.wb-mark-text");
  private readonly saved: HTMLElement;

  constructor(run: (command: Command) => void, keys: KeyNames, signal: AbortSignal) {
    const go = (act: "previous" | "next") =>
      button("wb-button wb-button-plain", strings[act], () => run({ act }), {
        icon: icon(act),
        labelHidden: true,
        key: keys.cap(act),
        signal,
      });
    this.saved = el("span.wb-mark", {}, icon("saved"), this.mark);
    this.element = el(
      "header.wb-header",
      {},
      el("span.wb-header-call", {}, this.call, this.details),
      el(
        "span.wb-header-place",
        {},
        go("previous"),
        this.place,
        this.left,
        go("next"),
      ),
      el(
        "span.wb-header-state",
        {},
        this.saved,
        button("wb-button wb-button-plain", strings.keys, () => run({ act: "card" }), {
          key: keys.cap("card"),
          signal,
        }),
      ),
    );
  }

  show(state: HeaderState): void {
    setText(this.call, strings.call(state.callId));
    const length = state.durationS === null ? "" : clock(state.durationS);
    setText(this.details, [state.details, length].filter(Boolean).join(" · "));
    setText(this.place, state.place);
    setText(this.left, state.left);
    const [name, text] = markOf(state);
    this.saved.dataset["state"] = name;
    setText(this.mark, text);
    const old = this.saved.firstElementChild;
    if (old && !old.classList.contains(`wb-icon-${name}`)) old.replaceWith(icon(name));
  }
}

function markOf(state: HeaderState): [IconName, string] {
  if (state.failed > 0) return ["failed", strings.notSaved(state.failed)];
  if (state.trouble === "silent") return ["offline", strings.offline(state.waiting)];
  if (state.trouble === "database") return ["saving", strings.waitFor(state.waiting)];
  if (state.waiting > 0) {
    return ["saving", state.slow ? strings.waiting : strings.saving(state.waiting)];
  }
  if (state.edited) return ["unsaved", strings.unsaved];
  return state.anySaved ? ["saved", strings.saved] : ["unsaved", strings.nothingYet];
}
