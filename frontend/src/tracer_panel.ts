// What stands around the lane: which call and dimension, whether it is saved, the controls.

import { button, el, setAttributes, setText } from "./dom";
import { icon, type IconName } from "./icons";
import type { KeyNames } from "./key_names";
import type { Dimension } from "./model";
import { clock, dimensionName, roleName, strings } from "./strings";
import { LONGEST_LAG_S } from "./trace";
import type { SheetState } from "./trace_sheet";
import type { TracerSetup } from "./tracer";

export type TracerAct =
  | "play"
  | "tracing"
  | "from"
  | "to"
  | "redo"
  | "anew"
  | "save"
  | "back"
  | "on"
  | "undo"
  | "escape";

export interface PanelEvents {
  act(act: TracerAct): void;
  lag(seconds: number): void;
  turnTo(dimension: Dimension): void;
  springs(on: boolean): void;
}

export interface PanelState {
  state: SheetState;
  tracedS: number;
  durationS: number | null;
  playing: boolean;
  tracing: boolean;
  lagS: number;
  stretch: boolean;
}

const LAG_STEP_S = 0.1;
const NAMES: Record<string, string> = { Home: "Home", End: "End", Undo: "Ctrl+Z" };

export class TracerPanel {
  readonly header: HTMLElement;
  readonly controls: HTMLElement;
  readonly hints: HTMLElement;
  private readonly traced = el("span.wb-muted");
  private readonly markText = el("span.wb-mark-text");
  private readonly mark = el("span.wb-mark", {}, icon("unsaved"), this.markText);
  private readonly time = el("span.wb-time");
  private readonly lag = el("input.wb-trace-lag", {
    type: "range",
    min: 0,
    max: LONGEST_LAG_S,
    step: LAG_STEP_S,
    "aria-label": strings.tracer.lag,
  });
  private readonly lagText = el("span.wb-time");
  private readonly play: HTMLButtonElement;
  private readonly tracing: HTMLButtonElement;
  private readonly redo: HTMLButtonElement;
  private readonly save: HTMLButtonElement;
  private readonly springs: HTMLButtonElement;

  constructor(setup: TracerSetup, keys: KeyNames, events: PanelEvents, signal: AbortSignal) {
    const make = (className: string, label: string, act: TracerAct, code?: string) =>
      button(className, label, () => events.act(act), {
        ...(code ? { key: keys.drawn(code) } : {}),
        signal,
      });
    this.play = button("wb-button wb-button-play", strings.tracer.trace, () => events.act("play"), {
      icon: icon("play"),
      key: keys.drawn("Space"),
      signal,
    });
    this.tracing = make("wb-button", strings.tracer.tracing, "tracing", "KeyT");
    this.redo = make("wb-button", strings.tracer.redo, "redo", "KeyR");
    this.save = make("wb-button wb-button-save", strings.tracer.save, "save", "Enter");
    this.springs = button("wb-button", strings.tracer.springs, () => {
      const on = this.springs.getAttribute("aria-pressed") !== "true";
      setAttributes(this.springs, { "aria-pressed": String(on) });
      events.springs(on);
    }, { signal });
    setAttributes(this.springs, { "aria-pressed": "false", hidden: true });
    this.lag.addEventListener("input", () => events.lag(Number(this.lag.value)), { signal });
    this.header = el(
      "header.wb-trace-header",
      {},
      el("strong", {}, strings.call(setup.call_id)),
      setup.role
        ? el("span.wb-role", { "data-role": setup.role }, roleName(setup.role))
        : null,
      dimensionChoice(setup.dimensions, events.turnTo, signal),
      this.traced,
      el("span.wb-space"),
      this.mark,
    );
    this.controls = el(
      "div.wb-trace-controls",
      {},
      this.play,
      this.time,
      this.tracing,
      this.redo,
      this.springs,
      el(
        "div.wb-trace-last",
        {},
        el("label.wb-trace-lag-label", {}, el("span", {}, strings.tracer.lag), this.lag, this.lagText),
        make("wb-button", strings.tracer.anew, "anew"),
        this.save,
      ),
    );
    const cap = (code: string) =>
      el(
        "kbd.wb-key",
        { "data-code": NAMES[code] ? null : code },
        NAMES[code] ?? keys.of(code),
      );
    const hint = (text: string, ...codes: string[]) =>
      el("span.wb-trace-hint", {}, ...codes.map(cap), text);
    this.hints = el(
      "p.wb-trace-hints.wb-muted",
      {},
      hint(strings.tracer.hint, "ArrowUp", "ArrowDown"),
      hint(strings.tracer.hintEnds, "Home", "End", "Digit0"),
      hint(strings.tracer.hintSeek, "ArrowLeft", "ArrowRight"),
      hint(strings.tracer.hintStretch, "KeyI", "KeyO"),
      hint(strings.tracer.hintUndo, "Undo"),
    );
  }

  show(state: PanelState): void {
    const { durationS, tracing, playing } = state;
    setText(
      this.traced,
      durationS === null
        ? strings.loading
        : strings.tracer.traced(clock(Math.floor(state.tracedS)), clock(Math.floor(durationS))),
    );
    const [name, text] = markOf(state.state);
    this.mark.dataset["state"] = name;
    setText(this.markText, text);
    swap(this.mark, name);
    swap(this.play, playing ? "stop" : "play");
    const label = this.play.children[1];
    if (label) setText(label, playing ? strings.stop : tracing ? strings.tracer.trace : strings.play);
    setAttributes(this.tracing, { "aria-pressed": String(tracing) });
    setAttributes(this.redo, { "aria-disabled": String(!state.stretch) });
    const idle = state.state === "saved" || state.state === "empty";
    setAttributes(this.save, { "aria-disabled": String(idle) });
    this.lag.value = String(state.lagS);
    const lag = strings.tracer.lagValue(state.lagS);
    setText(this.lagText, lag);
    setAttributes(this.lag, { "aria-valuetext": lag });
  }

  at(second: number, of: number): void {
    setText(this.time, `${clock(second, true)} / ${clock(of, true)}`);
  }

  /** A game pad is there: what its stick does can be chosen. */
  offerSprings(): void {
    this.springs.hidden = false;
  }
}

/** Name of the dimension; a choice where there are several. */
function dimensionChoice(
  dimensions: Dimension[],
  turnTo: (dimension: Dimension) => void,
  signal: AbortSignal,
): HTMLElement {
  const names = dimensions.map(({ dimension }) => dimensionName(dimension));
  if (dimensions.length === 1) return el("strong", {}, names[0] ?? "");
  const choice = el(
    "select.wb-field",
    { "aria-label": strings.tracer.dimension },
    ...names.map((name, i) => el("option", { value: i }, name)),
  );
  choice.addEventListener("change", () => {
    const chosen = dimensions[choice.selectedIndex];
    if (chosen) turnTo(chosen);
  }, { signal });
  return choice;
}

function swap(holder: HTMLElement, name: IconName): void {
  const old = holder.firstElementChild;
  if (old && !old.classList.contains(`wb-icon-${name}`)) old.replaceWith(icon(name));
}

function markOf(state: SheetState): [IconName, string] {
  switch (state) {
    case "saved":
      return ["saved", strings.saved];
    case "edited":
      return ["unsaved", strings.unsaved];
    case "saving":
      return ["saving", strings.saving(1)];
    case "waiting":
      return ["saving", strings.waiting];
    case "refused":
      return ["failed", strings.notSaved(1)];
    case "empty":
      return ["unsaved", strings.nothingYet];
  }
}
