// The Player: what `ws.listen` shows, and what plays below a figure.

import type { AnyModel } from "@anywidget/types";
import { el, setText } from "./dom";
import { strings } from "./strings";
import { Strip } from "./strip";
import { Wire } from "./wire";

export interface PlayerState {
  /** Changes with every new sound; the first part of what Python calls a call here. */
  key: string;
  caption: string;
  start_s: number;
  duration_s: number;
  /** Why there is nothing to hear; empty if there is. */
  sentence: string;
  play: boolean;
}

export class Player {
  private readonly life = new AbortController();
  private readonly wire: Wire;
  private readonly strip: Strip;
  private readonly sentence = el("p.wb-player-words", { role: "status", hidden: true });

  constructor(
    private readonly model: AnyModel,
    root: HTMLElement,
  ) {
    root.classList.add("wb", "wb-player");
    root.dataset["lmSuppressShortcuts"] = "true";
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", strings.player);
    root.addEventListener("keydown", (event) => event.stopPropagation(), {
      signal: this.life.signal,
    });
    this.wire = new Wire(model);
    this.strip = new Strip(root, this.wire, () => {}, this.life.signal);
    root.append(this.strip.element, this.sentence);
    model.on("change:_state", this.show);
    this.load(false);
  }

  close(): void {
    this.model.off("change:_state", this.show);
    this.life.abort();
    this.strip.close();
    this.wire.close();
  }

  private readonly show = (): void => this.load(true);

  private load(asked: boolean): void {
    const state = this.model.get("_state") as PlayerState;
    setText(this.sentence, state.sentence);
    this.sentence.hidden = state.sentence === "";
    this.strip.element.hidden = state.sentence !== "";
    if (state.sentence) return;
    this.strip.load(
      {
        callId: state.key,
        durationS: state.duration_s,
        offsetS: state.start_s,
        caption: state.caption,
      },
      asked && state.play,
    );
  }
}
