// A small player: one button, a waveform to click into, the time.

import { CallSource } from "./call_source";
import { el, setAttributes, setText } from "./dom";
import { icon } from "./icons";
import type { Call, Unit } from "./model";
import { Playback } from "./playback";
import { Stage } from "./stage";
import { clock, sentenceOf, strings } from "./strings";
import { followTheme } from "./theme";
import type { Wire } from "./wire";

export interface Sounding {
  callId: string;
  durationS: number;
  /** Second of the call at which the sound begins. */
  offsetS: number;
  caption: string;
}

const STEP_S = 1;

/** A sound that is no call, as one unit from its beginning to its end. */
export function soundUnit(key: string, durationS: number): Unit {
  return {
    item_id: key,
    pass: "both",
    utterance_id: key,
    unit: "call",
    call_id: key,
    channel: null,
    role: "",
    start_s: 0,
    end_s: durationS,
  };
}

export class Strip {
  readonly element: HTMLElement;
  private readonly source: CallSource;
  private readonly playback: Playback;
  private readonly stage: Stage;
  private readonly button = el("button.wb-button.wb-strip-play", { type: "button" }, icon("play"));
  private readonly time = el("span.wb-time");
  private readonly caption = el("span.wb-strip-caption");
  private unit: Unit | null = null;
  private sounding: Sounding | null = null;
  private secondS = 0;
  private sounded = false;
  /** Whether the playhead is where it is when nothing was begun, or all was played. */
  private resting = true;

  constructor(
    root: HTMLElement,
    wire: Wire,
    private readonly changed: () => void,
    private readonly signal: AbortSignal,
    private readonly ended: () => void = () => {},
  ) {
    this.source = new CallSource(wire, () => this.stage.draw());
    this.playback = new Playback(this.source, {
      moved: (second) => this.at(second),
      changed: () => {
        this.refresh();
        this.changed();
        const ended = this.sounded && !this.playback.playing && this.resting;
        this.sounded = this.playback.playing;
        if (ended) this.ended();
      },
      failed: (error) => this.say(sentenceOf(error)),
    });
    this.stage = new Stage(root, this.source.windows, (at) => this.playback.seek(at), signal);
    setAttributes(this.stage.element, { role: "slider", tabindex: 0 });
    this.stage.element.addEventListener("keydown", (event) => this.keydown(event), { signal });
    this.button.addEventListener("click", () => this.playback.toggle(), { signal });
    this.element = el(
      "div.wb-strip",
      {},
      this.button,
      el("div.wb-strip-main", {}, this.stage.element),
      el("div.wb-strip-words", {}, this.caption, this.time),
    );
    followTheme(root, () => this.stage.draw(), signal);
    this.refresh();
  }

  get playing(): boolean {
    return this.playback.playing;
  }

  get callId(): string | null {
    return this.sounding?.callId ?? null;
  }

  /** Turn to another sound; playing it has to be asked for. */
  load(sounding: Sounding, play: boolean): void {
    this.sounding = sounding;
    const unit = soundUnit(sounding.callId, sounding.durationS);
    this.unit = unit;
    this.button.disabled = false;
    setText(this.caption, sounding.caption);
    this.stage.show(unit, null, sounding.offsetS);
    setAttributes(this.stage.element, { "aria-label": sounding.caption || strings.player });
    this.playback.turnTo(unit);
    void this.draw(unit, play);
  }

  /** A sentence instead of sound. */
  say(sentence: string): void {
    this.stage.say(sentence);
    this.button.disabled = sentence !== "" && !this.playback.playing;
  }

  toggle(): void {
    this.playback.toggle();
  }

  close(): void {
    this.playback.close();
  }

  private async draw(unit: Unit, play: boolean): Promise<void> {
    const here = () => !this.signal.aborted && this.unit === unit;
    try {
      const call: Call = await this.source.call(unit.call_id);
      if (!here()) return;
      unit.end_s = call.duration_s;
      this.stage.show(unit, call, this.sounding?.offsetS ?? 0);
      this.at(null);
      if (play) this.playback.replay();
      await this.source.want(unit, call);
    } catch (error) {
      if (here()) this.say(sentenceOf(error));
    }
  }

  private at(second: number | null): void {
    this.secondS = second ?? 0;
    this.resting = second === null;
    this.stage.at(second);
    const total = this.unit?.end_s ?? 0;
    setText(this.time, `${clock(this.secondS, true)} / ${clock(total, true)}`);
    setAttributes(this.stage.element, {
      "aria-valuemin": 0,
      "aria-valuemax": Math.round(total),
      "aria-valuenow": Math.round(this.secondS),
      "aria-valuetext": clock(this.secondS),
    });
  }

  private refresh(): void {
    const name = this.playback.playing ? "stop" : "play";
    const old = this.button.firstElementChild;
    if (old && !old.classList.contains(`wb-icon-${name}`)) old.replaceWith(icon(name));
    setAttributes(this.button, { "aria-label": strings[name] });
  }

  private keydown(event: KeyboardEvent): void {
    const by = { ArrowRight: STEP_S, ArrowLeft: -STEP_S, Home: -Infinity }[event.key];
    if (by !== undefined) this.playback.seek(Math.max(0, this.secondS + by));
    else if (event.code === "Space") this.playback.toggle();
    else return;
    event.preventDefault();
  }
}
