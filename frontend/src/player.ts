// The Player: what `ws.listen` shows, and what plays below a figure.

import type { AnyModel } from "@anywidget/types";
import { button, el, rove, setAttributes, setText } from "./dom";
import { icon } from "./icons";
import { sentenceOf, strings } from "./strings";
import { Strip } from "./strip";
import { followTheme } from "./theme";
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
  /** Which of the list this is. */
  at: number;
}

export interface PlayerList {
  captions: string[];
  left_out: number;
}

export class Player {
  private readonly life = new AbortController();
  private readonly wire: Wire;
  private readonly strip: Strip;
  private readonly sentence = el("p.wb-player-words", { role: "status", hidden: true });
  private readonly list: PlayerList;
  private readonly rows: HTMLButtonElement[];

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
    this.strip = new Strip(root, this.wire, () => {}, this.life.signal, () => this.goOn());
    this.list = model.get("_list") as PlayerList;
    this.rows = this.list.captions.map((caption, at) => this.row(caption, at));
    root.append(this.strip.element, this.sentence);
    if (this.rows.length > 0) root.append(...this.listed());
    model.on("change:_state", this.show);
    this.load(false);
    if (!model.get("_below_figure")) return;
    this.followWidth(root.parentElement ?? root);
    followTheme(root, () => this.tellTheme(root), this.life.signal);
  }

  /** Python draws the figure above in the theme of the page. */
  private tellTheme(root: HTMLElement): void {
    const theme = root.dataset["wbTheme"];
    if (!theme || theme === this.model.get("_theme")) return;
    this.model.set("_theme", theme);
    this.model.save_changes();
  }

  /** Plotly fits a figure to its cell only when the window changes: say so when the cell does. */
  private followWidth(cell: Element): void {
    const resized = new ResizeObserver(() => window.dispatchEvent(new Event("resize")));
    resized.observe(cell);
    this.life.signal.addEventListener("abort", () => resized.disconnect());
  }

  close(): void {
    this.model.off("change:_state", this.show);
    this.life.abort();
    this.strip.close();
    this.wire.close();
  }

  private readonly show = (): void => this.load(true);

  private row(caption: string, at: number): HTMLButtonElement {
    const press = () => this.turn(at);
    const row = button("wb-player-row", caption, press, { icon: icon("play"), signal: this.life.signal });
    row.title = caption;
    return row;
  }

  private listed(): HTMLElement[] {
    const { captions, left_out } = this.list;
    const name = strings.rowsToHear(captions.length);
    const list = el("ol.wb-player-list", { "aria-label": name }, ...this.rows.map((row) => el("li", {}, row)));
    rove(list, () => this.rows, this.life.signal);
    return left_out > 0 ? [list, el("p.wb-muted", {}, strings.rowsLeftOut(left_out))] : [list];
  }

  /** Play another of the list. */
  private turn(at: number): void {
    this.wire.ask("turn", { at, play: true }).catch((error: unknown) => this.say(sentenceOf(error)));
  }

  /** One has ended by itself: the next plays. */
  private goOn(): void {
    const { at } = this.model.get("_state") as PlayerState;
    if (at + 1 < this.rows.length) this.turn(at + 1);
  }

  private say(sentence: string): void {
    setText(this.sentence, sentence);
    this.sentence.hidden = sentence === "";
    this.strip.element.hidden = sentence !== "";
  }

  private load(asked: boolean): void {
    const state = this.model.get("_state") as PlayerState;
    this.say(state.sentence);
    this.rows.forEach((row, at) => setAttributes(row, { "aria-current": at === state.at ? "true" : null }));
    if (asked) this.rows[state.at]?.scrollIntoView({ block: "nearest" });
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
