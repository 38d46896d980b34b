// Drawing what was measured below the waveform: spectrogram, F0 and level on one lane.

import type { Canvas } from "./paint";
import { placeOf, type Picture } from "./picture";
import { strings } from "./strings";
import type { Palette } from "./theme";

export interface Shown {
  spectrogram: boolean;
  pitch: boolean;
  level: boolean;
}

interface Box {
  y: number;
  height: number;
}

const F0_HZ = [60, 600] as const;
const F0_TICKS_HZ = [75, 100, 150, 200, 300, 400];
const LEVEL_DB = [-72, 0] as const;
const LEVEL_TICKS_DB = [-60, -40, -20];
const BAND_TICKS_HZ = [500, 1000, 2000, 3000, 4000, 6000];
const LABEL_PX = 15;
const LEFT_PX = 6;
const BESIDE_PX = 40;

/** Height of an F0 in a lane from 0 (bottom) to 1, on a scale of equal musical steps. */
export function f0Place(hertz: number): number {
  return Math.log(hertz / F0_HZ[0]) / Math.log(F0_HZ[1] / F0_HZ[0]);
}

export function levelPlace(decibel: number): number {
  return (decibel - LEVEL_DB[0]) / (LEVEL_DB[1] - LEVEL_DB[0]);
}

export function drawPicture(
  canvas: Canvas,
  picture: Picture,
  box: Box,
  x: (second: number) => number,
  shown: Shown,
  colours: Palette,
  font: string,
): void {
  const { context } = canvas;
  const at = (place: number) => box.y + (1 - Math.max(0, Math.min(1, place))) * box.height;
  context.save();
  context.beginPath();
  context.rect(0, box.y, canvas.width, box.height);
  context.clip();
  if (shown.spectrogram) drawBands(context, picture, box, x, colours);
  const frames = (values: Float32Array, place: (value: number) => number) =>
    Array.from(values, (value, i): [number, number] | null =>
      Number.isFinite(value) ? [x(picture.startS + (i + 0.5) * picture.hopS), at(place(value))] : null,
    );
  if (shown.level) {
    drawLine(context, frames(picture.levelDb, levelPlace), colours.level, colours.raised, 1.5);
  }
  if (shown.pitch) {
    const voiced = frames(picture.f0Hz, (hertz) => f0Place(Math.max(1, hertz)));
    drawLine(context, voiced, colours.f0, colours.raised, 2.5);
  }
  const label = (text: string, left: number, place: number, colour: string) =>
    drawLabel(context, text, left, at(place), box, colour, colours.raised);
  context.font = font;
  context.textAlign = "left";
  if (shown.pitch) {
    const ticks = fitting(F0_TICKS_HZ, f0Place, box);
    ticks.forEach((hertz, i) => {
      const text = i === ticks.length - 1 ? `${hertz} Hz` : String(hertz);
      label(text, LEFT_PX, f0Place(hertz), colours.f0);
    });
  }
  if (shown.spectrogram) {
    const inside = BAND_TICKS_HZ.filter((hertz) => hertz < picture.highHz * 0.97);
    const ticks = fitting(inside, (hertz) => placeOf(hertz, picture), box);
    const left = shown.pitch ? LEFT_PX + BESIDE_PX + 12 : LEFT_PX;
    for (const hertz of ticks) {
      label(strings.hear.kilohertz(hertz / 1000), left, placeOf(hertz, picture), colours.text);
    }
  }
  if (shown.level) {
    context.textAlign = "right";
    const ticks = fitting(LEVEL_TICKS_DB, levelPlace, box);
    ticks.forEach((decibel, i) => {
      const text = `${String(decibel).replace("-", "−")}${i === ticks.length - 1 ? " dB" : ""}`;
      label(text, canvas.width - LEFT_PX, levelPlace(decibel), colours.level);
    });
  }
  context.restore();
}

/** As many ticks as have room for their labels, from the lowest on. */
function fitting(ticks: readonly number[], place: (tick: number) => number, box: Box): number[] {
  const out: number[] = [];
  for (const tick of ticks) {
    const before = out.at(-1);
    const room = before === undefined ? Infinity : (place(tick) - place(before)) * box.height;
    if (room >= LABEL_PX) out.push(tick);
  }
  return out;
}

function drawLine(
  context: CanvasRenderingContext2D,
  points: readonly ([number, number] | null)[],
  colour: string,
  halo: string,
  width: number,
): void {
  const path = new Path2D();
  points.forEach((point, i) => {
    if (!point) return;
    if (points[i - 1]) path.lineTo(...point);
    else path.moveTo(...point);
    if (!points[i - 1] && !points[i + 1]) path.lineTo(point[0] + 0.5, point[1]);
  });
  context.lineJoin = context.lineCap = "round";
  context.strokeStyle = halo;
  context.lineWidth = width + 2.5;
  context.stroke(path);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke(path);
}

function drawLabel(
  context: CanvasRenderingContext2D,
  text: string,
  left: number,
  y: number,
  box: Box,
  colour: string,
  halo: string,
): void {
  const inside = Math.max(box.y + 7, Math.min(box.y + box.height - 7, y));
  context.textBaseline = "middle";
  context.strokeStyle = halo;
  context.lineWidth = 4;
  context.lineJoin = "round";
  context.strokeText(text, left, inside);
  context.fillStyle = colour;
  context.fillText(text, left, inside);
}

const drawn = new WeakMap<Picture, { ink: string; canvas: HTMLCanvasElement }>();

/** Loud is the colour of text, silent is the ground, so that it suits light and dark. */
function drawBands(
  context: CanvasRenderingContext2D,
  picture: Picture,
  box: Box,
  x: (second: number) => number,
  colours: Palette,
): void {
  let image = drawn.get(picture);
  if (image?.ink !== colours.text) {
    image = { ink: colours.text, canvas: imageOf(picture, colours.text) };
    drawn.set(picture, image);
  }
  const from = x(picture.startS);
  const to = x(picture.startS + picture.nFrames * picture.hopS);
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  if (image.canvas.width > 0) context.drawImage(image.canvas, from, box.y, to - from, box.height);
}

function imageOf({ nFrames, nBands, bands }: Picture, ink: string): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [nFrames, nBands];
  const context = canvas.getContext("2d");
  if (!context || nFrames === 0 || nBands === 0) return canvas;
  context.fillStyle = ink;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  const image = context.createImageData(nFrames, nBands);
  for (let frame = 0; frame < nFrames; frame++) {
    for (let band = 0; band < nBands; band++) {
      const to = 4 * ((nBands - 1 - band) * nFrames + frame);
      image.data.set([red, green, blue, (bands[frame * nBands + band] as number) * 0.85], to);
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}
