// Before the first item of a day: headphones, a level check, and how things are to play.

import { button, el, setText } from "./dom";
import { icon } from "./icons";
import { Panel } from "./panel";
import { today, type Choices } from "./session";
import { LANGUAGES, LANGUAGE_NAMES, strings } from "./strings";
import { playBurst, type Side } from "./level_check";

/** Keys that answer where it was heard, from any button of the card. */
const ARROWS: readonly [string, string, string][] = [
  ["ArrowLeft", "←", "left"],
  ["ArrowRight", "→", "right"],
  ["ArrowDown", "↓", "both"],
];

export class SessionCard extends Panel {
  private choices: Choices | null = null;
  private readonly verdict = el("p.wb-muted", { role: "status" });
  private last: Side | null = null;

  constructor(
    private readonly done: (choices: Choices | null) => void,
    signal: AbortSignal,
  ) {
    super(strings.sessionCard, "wb-session", () => this.finish(), signal);
  }

  /** Ask; `choices` are those of last time. */
  begin(choices: Choices): void {
    this.choices = { ...choices, day: today(), headphones: null, heard: {} };
    const yes = this.choice("headphones", strings.yes, () => this.set({ headphones: true }));
    this.show(
      this.head(strings.sessionCard, strings.skip),
      el(
        "fieldset.wb-asks",
        {},
        el("legend", {}, strings.headphones),
        yes,
        this.choice("headphones", strings.no, () => this.set({ headphones: false })),
      ),
      el(
        "fieldset.wb-asks",
        {},
        el("legend", {}, strings.levelCheck),
        this.burst("left", strings.playLeft),
        this.burst("right", strings.playRight),
        el(
          "span.wb-answers",
          { role: "group", "aria-label": strings.heardWhere },
          el("span.wb-muted", {}, strings.heardWhere),
          ...Object.entries(strings.heardAnswers).map(([answer, text]) => this.answer(answer, text)),
        ),
        this.verdict,
      ),
      el(
        "div.wb-settings",
        {},
        this.check(strings.levelled, choices.levelled, (levelled) => this.set({ levelled })),
        this.check(strings.auto, choices.autoplay, (autoplay) => this.set({ autoplay })),
        this.languages(choices.language),
      ),
      el(
        "footer.wb-footer",
        {},
        el("span.wb-space"),
        button("wb-button wb-button-save", strings.begin, () => this.close(), {
          signal: this.signal,
        }),
      ),
    );
    setText(this.verdict, "");
    yes.querySelector("input")?.focus();
  }

  private set(changes: Partial<Choices>): void {
    if (this.choices) this.choices = { ...this.choices, ...changes };
  }

  private finish(): void {
    this.done(this.choices);
    this.choices = null;
  }

  private burst(side: Side, label: string): HTMLElement {
    const play = () => {
      this.last = side;
      void playBurst(side, this.signal);
    };
    return button("wb-button wb-button-framed", label, play, {
      icon: icon("play"),
      signal: this.signal,
    });
  }

  private answer(answer: string, text: string): HTMLElement {
    const [, print] = ARROWS.find(([, , which]) => which === answer) ?? [];
    const key = print ? el("kbd.wb-key", { "aria-hidden": "true" }, print) : undefined;
    const { signal } = this;
    const options = key ? { key, signal } : { signal };
    return button("wb-button wb-button-framed", text, () => this.heard(answer), options);
  }

  private heard(answer: string): void {
    if (!this.last || !this.choices) return;
    this.set({ heard: { ...this.choices.heard, [this.last]: answer } });
    const side = strings.heardAnswers[this.last] ?? this.last;
    setText(this.verdict, answer === this.last ? strings.heardRight : strings.heardWrong(side));
  }

  private choice(name: string, label: string, pick: () => void): HTMLElement {
    const input = el("input", { type: "radio", name: `wb-${name}` });
    input.addEventListener("change", pick, { signal: this.signal });
    return el("label.wb-choice", {}, input, el("span", {}, label));
  }

  private check(label: string, on: boolean, set: (on: boolean) => void): HTMLElement {
    const input = el("input", { type: "checkbox" });
    input.checked = on;
    input.addEventListener("change", () => set(input.checked), { signal: this.signal });
    return el("label.wb-choice", {}, input, el("span", {}, label));
  }

  private languages(chosen: string): HTMLElement {
    const select = el(
      "select.wb-field",
      {},
      ...Object.keys(LANGUAGES).map((code) =>
        el("option", { value: code }, LANGUAGE_NAMES[code] ?? code),
      ),
    );
    select.value = chosen;
    select.addEventListener("change", () => this.set({ language: select.value }), {
      signal: this.signal,
    });
    return el("label.wb-choice", {}, el("span", {}, strings.language), select);
  }

  protected override keydown(event: KeyboardEvent): void {
    super.keydown(event);
    const target = event.target as HTMLElement;
    const arrow = ARROWS.find(([code]) => code === event.code);
    if (arrow && target instanceof HTMLButtonElement) {
      event.preventDefault();
      this.heard(arrow[2]);
      return;
    }
    const presses = target instanceof HTMLButtonElement || target instanceof HTMLSelectElement;
    if (event.code !== "Enter" || presses) return;
    event.preventDefault();
    this.close();
  }
}
