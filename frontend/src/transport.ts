// Buttons for listening and looking, each with its key.

import { button, el, setAttributes, setText } from "./dom";
import { icon, type IconName } from "./icons";
import type { KeyNames } from "./key_names";
import type { Act, Command } from "./keys";
import type { Shown } from "./picture_paint";
import { FASTEST, SLOWEST } from "./playback";
import { clock, strings } from "./strings";

export interface TransportState {
  playing: boolean;
  /** Name of the role that can be heard alone; null where there is one channel only. */
  soloRole: string | null;
  solo: boolean;
  loop: boolean;
  speed: number;
  /** Whether channels are played equally loud; null where nothing is known of their loudness. */
  levelled: boolean | null;
  auto: boolean;
  /** What is shown below the waveform; null where nothing can be. */
  shown: Shown | null;
  /** Whether the true voice's spectrum must not be seen. */
  masked: boolean;
  correctable: boolean;
}

export class Transport {
  readonly element: HTMLElement;
  private readonly play: HTMLButtonElement;
  private readonly slower: HTMLButtonElement;
  private readonly faster: HTMLButtonElement;
  private readonly speed: HTMLButtonElement;
  private readonly toggles: Record<"loop" | "solo" | "levelled" | "auto", HTMLButtonElement>;
  private readonly looks: Record<keyof Shown, HTMLButtonElement>;
  private readonly look: HTMLElement;
  private readonly split: HTMLElement;
  private readonly time = el("span.wb-time");

  constructor(
    run: (command: Command) => void,
    private readonly change: { speed(): void; levelled(): void },
    keys: KeyNames,
    signal: AbortSignal,
  ) {
    const make = (act: Act & Command["act"], label: string, name?: IconName) =>
      button("wb-button", label, () => run({ act }), {
        ...(name ? { icon: icon(name), labelHidden: name !== "play" } : {}),
        key: keys.cap(act),
        signal,
      });
    this.play = make("play", strings.play, "play");
    this.play.classList.add("wb-button-play");
    this.slower = make("slower", strings.hear.slower, "minus");
    this.faster = make("faster", strings.hear.faster, "plus");
    this.speed = button("wb-button wb-speed", "", () => this.change.speed(), { signal });
    this.toggles = {
      loop: make("loop", strings.hear.loop),
      solo: make("solo", strings.solo("")),
      levelled: button("wb-button", strings.hear.levelled, () => this.change.levelled(), { signal }),
      auto: make("auto", strings.auto),
    };
    this.looks = {
      spectrogram: make("spectrogram", strings.hear.spectrogram),
      pitch: make("pitch", strings.hear.pitch),
      level: make("level", strings.hear.level),
    };
    const group = (label: string, ...children: HTMLElement[]) =>
      el("div.wb-group", { role: "group", "aria-label": label }, ...children);
    this.look = group(strings.hear.look, ...Object.values(this.looks));
    this.split = group(
      strings.hear.boundaries,
      make("split", strings.hear.split, "split"),
      make("merge", strings.hear.merge, "merge"),
    );
    this.element = el(
      "div.wb-transport",
      { role: "toolbar", "aria-label": strings.listening },
      this.play,
      make("replay", strings.replay, "replay"),
      make("context", strings.context, "context"),
      make("turnBefore", strings.hear.turnBefore, "turnBefore"),
      this.time,
      group(strings.hear.speed, this.slower, this.speed, this.faster),
      el("span.wb-space"),
      this.split,
      el("span.wb-break"),
      ...Object.values(this.toggles),
      el("span.wb-space"),
      this.look,
    );
  }

  show(state: TransportState): void {
    const [sign, label] = this.play.children;
    const name = state.playing ? "stop" : "play";
    if (sign && !sign.classList.contains(`wb-icon-${name}`)) sign.replaceWith(icon(name));
    if (label) setText(label, state.playing ? strings.stop : strings.play);
    const { loop, solo, levelled, auto } = this.toggles;
    solo.hidden = state.soloRole === null;
    const soloLabel = solo.firstElementChild;
    if (soloLabel) setText(soloLabel, strings.solo(state.soloRole ?? ""));
    levelled.hidden = state.levelled === null;
    press(loop, state.loop);
    press(solo, state.solo);
    press(levelled, state.levelled === true);
    press(auto, state.auto);
    setText(this.speed, strings.hear.times(state.speed));
    setAttributes(this.speed, {
      "aria-label": strings.hear.speedNow(state.speed),
      title: strings.hear.asRecorded,
    });
    this.speed.classList.toggle("wb-changed", state.speed !== 1);
    this.slower.disabled = state.speed <= SLOWEST;
    this.faster.disabled = state.speed >= FASTEST;
    this.look.hidden = state.shown === null;
    this.looks.spectrogram.hidden = state.masked;
    for (const look of ["spectrogram", "pitch", "level"] as const) {
      press(this.looks[look], state.shown?.[look] ?? false);
    }
    this.split.hidden = !state.correctable;
  }

  at(second: number, of: number): void {
    setText(this.time, `${clock(Math.max(0, second), true)} / ${clock(of, true)}`);
  }
}

function press(toggle: HTMLButtonElement, on: boolean): void {
  setAttributes(toggle, { "aria-pressed": String(on) });
}
