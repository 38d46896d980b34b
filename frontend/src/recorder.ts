// The Recorder: one button, a clock, then a waveform with two handles and a place to go.

import type { AnyModel } from "@anywidget/types";
import { Clip } from "./clip";
import { button, el, setAttributes, setText } from "./dom";
import { icon } from "./icons";
import { Microphone, recordingFormat, type MicrophoneState } from "./microphone";
import { clock, sentenceOf, strings } from "./strings";
import { followTheme } from "./theme";
import { Wire } from "./wire";

export interface RecorderSetup {
  tags: { tag: string; definition: string; sounds_like: string }[];
  tag: string;
  /** The call of a voice note; empty for an example of a tag. */
  call_id: string;
  shortest_s: number;
  longest_s: number;
}

export interface RecorderState {
  phase: "ready" | "recording" | "waiting" | "clip" | "saved";
  problem: string;
  key: string;
  duration_s: number;
  start_s: number;
  end_s: number;
  /** Model of ipywebrtc's recorder. */
  recorder: string;
}

/** What of ipywebrtc's recorder is looked at; it tells nothing by itself. */
interface Recording {
  mediaRecorder?: { state: string } | null;
}

const BEGIN_MS = 8000;
const LEAST_MS = 600;
const TICK_MS = 60;
const QUIET_AFTER_S = 2.5;
const QUIET_DB = -65;
const FLOOR_DB = -60;

/** Recordings that this page began: one that it did not begin was lost when the page was loaded. */
const KEY = Symbol.for("audio-sentiment-workbench.recordings");
const page = globalThis as { [KEY]?: Set<string> };
const begun = (page[KEY] ??= new Set());

export class Recorder {
  private readonly life = new AbortController();
  private readonly wire: Wire;
  private readonly microphone = new Microphone();
  private readonly clip: Clip;
  private readonly record: HTMLButtonElement;
  private readonly time = el("span.wb-time");
  private readonly bar = el("i");
  private readonly meter = el("span.wb-meter", { role: "meter", "aria-label": strings.recorder.level }, this.bar);
  private readonly words = el("p.wb-recorder-words", { role: "status" });
  private readonly about = el("p.wb-muted");
  private readonly kept = el("div.wb-recorder-kept", { hidden: true });
  private readonly keptWords = el("span.wb-muted");
  private readonly play: HTMLButtonElement;
  private readonly save: HTMLButtonElement;
  private readonly note: HTMLInputElement;
  private readonly tag: HTMLSelectElement | null;
  private state: RecorderState;
  private loaded = "";
  private opening = false;
  private attempts = 0;
  private saving = false;
  private beganMs = 0;
  private stopAsked = false;
  private full = false;
  private heard = false;
  private failure = "";
  private allowed: MicrophoneState = "unknown";
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly model: AnyModel,
    root: HTMLElement,
    private readonly setup: RecorderSetup,
  ) {
    const { signal } = this.life;
    root.classList.add("wb", "wb-recorder");
    root.dataset["lmSuppressShortcuts"] = "true";
    setAttributes(root, { role: "group", "aria-label": strings.recorder.name });
    root.addEventListener("keydown", (event) => event.stopPropagation(), { signal });
    this.state = model.get("_state") as RecorderState;
    this.wire = new Wire(model);
    this.clip = new Clip(
      root,
      this.wire,
      { changed: () => this.draw(), failed: (error) => this.fail(error) },
      signal,
    );
    this.record = button("wb-button wb-recorder-record", strings.recorder.record, () => this.pressed(), {
      icon: icon("record"),
      signal,
    });
    this.play = button("wb-button wb-button-play", strings.play, () => this.clip.toggle(), {
      icon: icon("play"),
      signal,
    });
    this.save = button("wb-button wb-button-save", strings.recorder.save, () => void this.keep(), { signal });
    const about = setup.call_id ? strings.recorder.noteWords : strings.recorder.listenFor;
    this.note = el("input.wb-field", { type: "text", maxlength: 2000, placeholder: about, "aria-label": about });
    this.tag = setup.call_id ? null : this.chooser(signal);
    this.kept.append(
      this.clip.element,
      el("div.wb-recorder-row", {}, this.play, this.keptWords, el("span.wb-space"), this.note, this.save),
    );
    root.append(
      el("div.wb-recorder-head", {}, ...this.title(), this.about),
      el("div.wb-recorder-row", {}, this.record, this.meter, this.time),
      this.kept,
      this.words,
      el("p.wb-recorder-stays.wb-muted", {}, strings.recorder.stays),
    );
    followTheme(root, () => this.clip.draw(), signal);
    model.on("change:_state", this.changed);
    this.explain();
    void this.look();
    if (this.state.phase === "recording" && !begun.has(this.state.recorder)) this.abandon("reloaded");
    this.show();
  }

  close(): void {
    if (this.state.phase === "recording") this.abandon("reloaded");
    clearTimeout(this.timer);
    this.model.off("change:_state", this.changed);
    this.life.abort();
    this.microphone.close();
    this.clip.close();
    this.wire.close();
  }

  private title(): HTMLElement[] {
    if (!this.tag) return [el("strong", {}, strings.recorder.noteFor(this.setup.call_id))];
    return [el("label", {}, el("strong", {}, strings.recorder.exampleOf), this.tag)];
  }

  private chooser(signal: AbortSignal): HTMLSelectElement {
    const { tags, tag } = this.setup;
    const select = el(
      "select.wb-field",
      {},
      tag ? null : el("option", { value: "" }, strings.recorder.chooseTag),
      ...tags.map((one) => el("option", { value: one.tag, selected: one.tag === tag }, one.tag)),
    );
    select.addEventListener(
      "change",
      () => {
        this.explain();
        this.draw();
      },
      { signal },
    );
    return select;
  }

  /** Say what the chosen tag means. */
  private explain(): void {
    const tag = this.setup.tags.find(({ tag }) => tag === this.tag?.value);
    setText(this.about, tag ? [tag.definition, tag.sounds_like].filter(Boolean).join(" ") : "");
    this.about.hidden = this.about.textContent === "";
  }

  private async look(): Promise<void> {
    const { attempts } = this;
    const allowed = await this.microphone.look(() => void this.look(), this.life.signal);
    if (attempts !== this.attempts) return; // an attempt since then knows better
    this.failure = "";
    this.allow(allowed);
  }

  private allow(state: MicrophoneState): void {
    if (this.life.signal.aborted) return;
    this.allowed = state;
    this.model.set("_microphone", state);
    this.model.save_changes();
    this.draw();
  }

  private pressed(): void {
    if (this.state.phase === "recording") this.stopAsked = true;
    else if (this.mayRecord()) void this.begin();
  }

  private mayRecord(): boolean {
    const impossible = this.allowed === "insecure" || this.allowed === "unsupported";
    return !this.opening && !this.saving && this.state.phase !== "waiting" && !impossible;
  }

  private async begin(): Promise<void> {
    this.opening = true;
    this.attempts += 1;
    this.failure = "";
    this.stopAsked = this.full = this.heard = false;
    this.draw();
    try {
      const obstacle = await this.microphone.open();
      if (this.life.signal.aborted) return this.microphone.close();
      if (obstacle !== null) {
        this.failure = wordsFor(obstacle);
        return this.allow(obstacle);
      }
      this.allow("granted");
      await this.wire.ask("record", { ...recordingFormat() });
      if (await this.started()) this.beganMs = performance.now();
      else this.abandon("not_started");
    } catch (error) {
      this.fail(error);
    } finally {
      this.opening = false;
      if (this.state.phase !== "recording") this.microphone.close();
      this.draw();
      if (this.state.phase === "recording") this.tick();
    }
  }

  /** Wait until ipywebrtc really records: only then may it be stopped, and only then speak. */
  private async started(): Promise<boolean> {
    for (const until = performance.now() + BEGIN_MS; performance.now() < until; ) {
      const { recorder, phase } = this.state;
      if (phase === "recording" && (await this.recording())?.state === "recording") {
        begun.add(recorder);
        return true;
      }
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
    return false;
  }

  private async recording(): Promise<{ state: string } | null> {
    try {
      const model: unknown = await this.model.widget_manager.get_model(this.state.recorder);
      return (model as Recording).mediaRecorder ?? null;
    } catch {
      return null; // it is not in the page yet
    }
  }

  private readonly tick = (): void => {
    clearTimeout(this.timer);
    if (this.state.phase !== "recording" || this.life.signal.aborted) return;
    const seconds = (performance.now() - this.beganMs) / 1000;
    this.full ||= seconds >= this.setup.longest_s;
    if ((this.stopAsked && seconds * 1000 >= LEAST_MS) || this.full) {
      this.stopAsked = false;
      this.wire.ask("stop").catch((error: unknown) => this.fail(error));
      return;
    }
    this.heard ||= this.microphone.level() > QUIET_DB;
    this.draw();
    void this.recording().then((recording) => {
      if (this.state.phase === "recording" && recording?.state === "inactive") this.abandon("lost");
    });
    this.timer = setTimeout(this.tick, TICK_MS);
  };

  private abandon(problem: string): void {
    this.wire.ask("abandon", { problem }).catch(() => {});
  }

  private async keep(): Promise<void> {
    if (this.saving) return;
    this.saving = true;
    this.failure = "";
    this.draw();
    try {
      const { key } = this.state;
      const tag = this.tag?.value ?? "";
      await this.wire.ask("save", { key, ...this.clip.part, tag, note: this.note.value });
      this.record.focus();
      this.note.value = "";
    } catch (error) {
      this.fail(error);
    } finally {
      this.saving = false;
      this.draw();
    }
  }

  private fail(error: unknown): void {
    this.failure = sentenceOf(error);
    this.draw();
  }

  private readonly changed = (): void => {
    this.state = this.model.get("_state") as RecorderState;
    this.show();
  };

  private show(): void {
    const { phase, key, duration_s, start_s, end_s } = this.state;
    if (phase !== "recording") this.microphone.close();
    if (key && this.loaded !== key) {
      this.clip.load(key, duration_s, { start_s, end_s }, this.setup.shortest_s);
      this.loaded = key;
    }
    this.draw();
  }

  private draw(): void {
    if (this.life.signal.aborted) return;
    const { phase, key } = this.state;
    const recording = phase === "recording" && !this.opening;
    this.record.dataset["recording"] = String(recording);
    setAttributes(this.record, {
      "aria-disabled": String(!recording && !this.mayRecord()),
      "aria-busy": String(this.opening || phase === "waiting"),
    });
    const label = this.record.querySelector("span");
    if (label) setText(label, this.recordLabel(recording));
    swap(this.record, recording ? "stop" : "record");
    this.drawTime(recording);
    this.kept.hidden = key === "";
    this.clip.lock(phase === "saved" || this.saving);
    this.drawKept();
    setText(this.words, this.sentence());
    this.words.dataset["tone"] = this.failure || this.obstacle() ? "failed" : phase;
    this.words.hidden = this.words.textContent === "";
    this.clip.draw();
  }

  private recordLabel(recording: boolean): string {
    if (recording) return strings.stop;
    if (this.opening) return strings.recorder.opening;
    if (this.state.phase === "waiting") return strings.recorder.waiting;
    return this.state.key ? strings.recorder.again : strings.recorder.record;
  }

  private drawTime(recording: boolean): void {
    this.meter.hidden = this.time.hidden = !recording;
    if (!recording) return;
    const seconds = Math.max(0, (performance.now() - this.beganMs) / 1000);
    setText(this.time, strings.recorder.time(clock(seconds, true), clock(this.setup.longest_s)));
    const level = this.microphone.level();
    const share = Math.max(0, Math.min(1, 1 - level / FLOOR_DB));
    this.bar.style.transform = `scaleX(${share})`;
    setAttributes(this.meter, {
      "aria-valuemin": FLOOR_DB,
      "aria-valuemax": 0,
      "aria-valuenow": Math.round(Math.max(FLOOR_DB, level)),
    });
  }

  private drawKept(): void {
    const { phase, duration_s } = this.state;
    const { start_s, end_s } = this.clip.part;
    const saved = phase === "saved";
    swap(this.play, this.clip.playing ? "stop" : "play");
    const label = this.play.querySelector("span");
    if (label) setText(label, this.clip.playing ? strings.stop : strings.play);
    const [kept, of] = [strings.seconds(end_s - start_s), strings.seconds(duration_s)];
    setText(this.keptWords, strings.recorder.kept(kept, of));
    this.note.hidden = this.save.hidden = saved;
    this.save.disabled = this.saving || this.tag?.value === "";
  }

  private obstacle(): string {
    if (this.state.problem) return wordsFor(this.state.problem);
    return this.allowed === "prompt" ? "" : wordsFor(this.allowed);
  }

  private sentence(): string {
    const { said, ready, savedExample, savedNote } = strings.recorder;
    const { phase, start_s, end_s, duration_s } = this.state;
    if (this.failure) return this.failure;
    if (this.opening) return "";
    if (phase === "recording") {
      const quiet = !this.heard && performance.now() - this.beganMs > QUIET_AFTER_S * 1000;
      return quiet ? said.quiet : said.recording;
    }
    if (phase === "waiting") return this.full ? said.longest : "";
    if (phase === "saved") {
      const seconds = strings.seconds(end_s - start_s);
      return this.tag
        ? savedExample(this.tag.value, seconds)
        : savedNote(this.setup.call_id, seconds);
    }
    const obstacle = this.obstacle();
    if (obstacle) return obstacle;
    if (phase === "clip") {
      const recorded = said.recorded(strings.seconds(duration_s));
      return this.full ? `${said.longest} ${recorded}` : recorded;
    }
    return this.allowed === "prompt" ? (ready["prompt"] ?? "") : "";
  }
}

function wordsFor(obstacle: string): string {
  return strings.recorder.ready[obstacle] ?? strings.recorder.problems[obstacle] ?? "";
}

function swap(press: HTMLElement, name: "record" | "stop" | "play"): void {
  const old = press.querySelector("svg");
  if (old && !old.classList.contains(`wb-icon-${name}`)) old.replaceWith(icon(name));
}
