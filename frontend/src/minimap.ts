// The whole of a long call as a strip, with the part that the overview shows.

import { button, el, setAttributes } from "./dom";
import { icon, type IconName } from "./icons";
import type { Call } from "./model";
import { drawPeaks, gainOf, lanePeaks, prepare } from "./paint";
import { clock, strings } from "./strings";
import { palette } from "./theme";
import { isWhole, viewAround, zoomed, type View } from "./view";

const ZOOM = 1.6;

export class Minimap {
  readonly element: HTMLElement;
  private readonly canvas = el("canvas");
  private readonly window = el("div.wb-minimap-window");
  private readonly strip: HTMLElement;
  private call: Call | null = null;
  private view: View = { startS: 0, endS: 1 };
  private grabbedS: number | null = null;

  constructor(
    private readonly root: HTMLElement,
    private readonly look: (view: View) => void,
    signal: AbortSignal,
  ) {
    this.strip = el(
      "div.wb-minimap",
      { role: "slider", tabindex: 0, "aria-label": strings.hear.minimap },
      this.canvas,
      this.window,
    );
    const make = (name: IconName, label: string, factor: number) =>
      button("wb-button wb-zoom", label, () => this.zoom(factor), {
        icon: icon(name),
        labelHidden: true,
        signal,
      });
    this.element = el(
      "div.wb-minimap-row",
      { hidden: true },
      this.strip,
      make("minus", strings.hear.zoomOut, ZOOM),
      make("plus", strings.hear.zoomIn, 1 / ZOOM),
    );
    const listen = <K extends keyof HTMLElementEventMap>(
      name: K,
      listener: (event: HTMLElementEventMap[K]) => void,
    ) => this.strip.addEventListener(name, listener, { signal });
    listen("pointerdown", (event) => {
      const second = this.secondAt(event);
      const { startS, endS } = this.view;
      const middle = (startS + endS) / 2;
      const inside = second >= startS && second <= endS;
      this.grabbedS = inside ? second - middle : 0;
      this.strip.setPointerCapture(event.pointerId);
      if (!inside) this.centre(second);
    });
    listen("pointermove", (event) => {
      if (this.grabbedS !== null) this.centre(this.secondAt(event) - this.grabbedS);
    });
    for (const name of ["pointerup", "pointercancel"] as const) {
      listen(name, () => (this.grabbedS = null));
    }
    listen("keydown", (event) => this.keydown(event));
    const resized = new ResizeObserver(() => this.draw());
    resized.observe(this.strip);
    signal.addEventListener("abort", () => resized.disconnect());
  }

  show(call: Call | null, view: View): void {
    const anew = call !== this.call;
    [this.call, this.view] = [call, view];
    const duration = call?.duration_s ?? 0;
    this.element.hidden = !call || isWhole(view, duration);
    if (!call || this.element.hidden) return;
    this.window.style.left = `${(100 * view.startS) / duration}%`;
    this.window.style.width = `${(100 * (view.endS - view.startS)) / duration}%`;
    setAttributes(this.strip, {
      "aria-valuemin": 0,
      "aria-valuemax": Math.round(duration),
      "aria-valuenow": Math.round(view.startS),
      "aria-valuetext": strings.hear.fromTo(clock(view.startS), clock(view.endS)),
    });
    if (anew) this.draw();
  }

  draw(): void {
    const { call } = this;
    const canvas = this.element.hidden ? null : prepare(this.canvas);
    if (!canvas || !call) return;
    const colours = palette(this.root);
    const height = canvas.height / Math.max(1, call.lanes.length);
    call.lanes.forEach(({ peaks, role }, row) => {
      const pixels = lanePeaks(peaks, call.duration_s, 0, call.duration_s, Math.round(canvas.width));
      const box = { x: 0, y: row * height, width: canvas.width, height };
      drawPeaks(canvas, pixels, box, gainOf(peaks), colours.role(role));
    });
  }

  /** Show more (above 1) or less of the call, around the middle of what is seen. */
  zoom(factor: number, second = (this.view.startS + this.view.endS) / 2): void {
    if (this.call) this.look(zoomed(this.view, factor, second, this.call.duration_s));
  }

  /** Keys of the strip and of the overview alike; says whether it was one. */
  zoomKey(event: KeyboardEvent): boolean {
    const by = { "+": 1 / ZOOM, "=": 1 / ZOOM, "-": ZOOM }[event.key];
    if (by === undefined || event.ctrlKey || event.metaKey || event.altKey) return false;
    this.zoom(by);
    return true;
  }

  private keydown(event: KeyboardEvent): void {
    const { startS, endS } = this.view;
    const duration = this.call?.duration_s ?? 0;
    const length = endS - startS;
    const by = {
      ArrowRight: length / 4,
      ArrowUp: length / 4,
      ArrowLeft: -length / 4,
      ArrowDown: -length / 4,
      PageDown: length,
      PageUp: -length,
      Home: -duration,
      End: duration,
    }[event.key];
    if (by !== undefined) this.centre((startS + endS) / 2 + by);
    else if (!this.zoomKey(event)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  private centre(second: number): void {
    const { startS, endS } = this.view;
    if (this.call) this.look(viewAround(second, endS - startS, this.call.duration_s));
  }

  private secondAt(event: PointerEvent): number {
    const { left, width } = this.strip.getBoundingClientRect();
    return ((event.clientX - left) / Math.max(1, width)) * (this.call?.duration_s ?? 0);
  }
}
