// Buttons for listening, each with its key.

import { button, el, setAttributes, setText } from "./dom";
import { icon, type IconName } from "./icons";
import type { KeyNames } from "./key_names";
import type { Command } from "./keys";
import { clock, strings } from "./strings";

export interface TransportState {
  playing: boolean;
  /** Name of the role that can be heard alone; null where there is one channel only. */
  soloRole: string | null;
  solo: boolean;
  auto: boolean;
}

type Act = "play" | "replay" | "context" | "solo" | "auto";

export class Transport {
  readonly element: HTMLElement;
  private readonly play: HTMLButtonElement;
  private readonly solo: HTMLButtonElement;
  private readonly auto: HTMLButtonElement;
  private readonly time = el("span.wb-time");

  constructor(run: (command: Command) => void, keys: KeyNames, signal: AbortSignal) {
    const make = (act: Act, label: string, name?: IconName, labelHidden = true) =>
      button("wb-button", label, () => run({ act }), {
        ...(name ? { icon: icon(name), labelHidden } : {}),
        key: keys.cap(act),
        signal,
      });
    this.play = make("play", strings.play, "play", false);
    this.play.classList.add("wb-button-play");
    this.solo = make("solo", strings.solo(""));
    this.auto = make("auto", strings.auto);
    this.element = el(
      "div.wb-transport",
      { role: "toolbar", "aria-label": strings.listening },
      this.play,
      make("replay", strings.replay, "replay"),
      make("context", strings.context, "context"),
      this.time,
      el("span.wb-space"),
      this.solo,
      this.auto,
    );
  }

  show(state: TransportState): void {
    const [sign, label] = this.play.children;
    const name = state.playing ? "stop" : "play";
    if (sign && !sign.classList.contains(`wb-icon-${name}`)) sign.replaceWith(icon(name));
    if (label) setText(label, state.playing ? strings.stop : strings.play);
    this.solo.hidden = state.soloRole === null;
    const soloLabel = this.solo.firstElementChild;
    if (soloLabel) setText(soloLabel, strings.solo(state.soloRole ?? ""));
    setAttributes(this.solo, { "aria-pressed": String(state.solo) });
    setAttributes(this.auto, { "aria-pressed": String(state.auto) });
  }

  at(second: number, of: number): void {
    setText(this.time, `${clock(Math.max(0, second), true)} / ${clock(of, true)}`);
  }
}
