// Samples straight from a recording's file, where the page's own server serves it: a window is
// a range of bytes, and it comes also while the kernel is busy. Whatever goes wrong ends this
// way for good, without a word: messages take over.

import type { WindowAnswer } from "./windows";

/** An uncompressed WAV file, as Python found it. */
export interface ServedFile {
  path: string;
  /** Of who runs the kernel; a server writes its root folder with "~" for it. */
  home: string;
  /** The notebook that the kernel was started for, as a path; empty where unknown. */
  notebook: string;
  encoding: "s16" | "u8" | "mulaw" | "alaw";
  sampling_rate_hz: number;
  n_channels: number;
  data_start: number;
  bytes_per_frame: number;
  n_frames: number;
  /** By which the file is known again: its size, and some bytes of it. */
  check: { n_bytes: number; start: number; hex: string };
}

const PATIENCE_MS = 4000;

export class Ranges {
  private readonly files = new Map<string, { file: ServedFile; url: string }>();

  /** Take note of a call's file; it is used once it was seen to be the same here. */
  async offer(callId: string, file: ServedFile | null | undefined): Promise<void> {
    const url = file ? servedAt(file) : null;
    if (!file || url === null) return;
    const { start, hex } = file.check;
    const bytes = await fetchRange(url, start, start + hex.length / 2, file.check.n_bytes);
    if (bytes && hexOf(bytes) === hex) this.files.set(callId, { file, url });
  }

  /** The samples from one second to another; null where they have to come by message. */
  async window(callId: string, startS: number, endS: number): Promise<WindowAnswer | null> {
    const known = this.files.get(callId);
    if (!known) return null;
    const { file, url } = known;
    const { sampling_rate_hz, n_channels, bytes_per_frame: size } = file;
    const first = rounded(startS * sampling_rate_hz);
    const n = Math.max(1, rounded((endS - startS) * sampling_rate_hz));
    const last = Math.min(file.n_frames, first + n);
    if (last <= first) return null;
    const from = file.data_start + first * size;
    const to = file.data_start + last * size;
    const bytes = await fetchRange(url, from, to, file.check.n_bytes);
    if (!bytes) {
      this.files.delete(callId);
      return null;
    }
    // As Python does it: silence after the end of the recording.
    const samples = new Int16Array(n * n_channels);
    decode(bytes, file.encoding, samples);
    return { sampling_rate_hz, n_channels, buffer: new DataView(samples.buffer) };
  }
}

/** Where the page's server serves a file; null where it does not. */
export function servedAt(
  file: Pick<ServedFile, "path" | "home" | "notebook">,
  config = pageConfig(),
  page = location.pathname,
): string | null {
  const root = (config["serverRoot"]?.replace(/^~/, file.home) ?? rootOf(file.notebook, page))
    .replaceAll("\\", "/")
    .replace(/\/+$/, "");
  if (root === "" || !file.path.startsWith(`${root}/`)) return null;
  const below = file.path.slice(root.length + 1).split("/");
  // A Jupyter server hides what begins with a dot.
  if (below.some((part) => part === "" || part.startsWith("."))) return null;
  const base = (config["baseUrl"] ?? "/").replace(/\/*$/, "/");
  return `${base}files/${below.map(encodeURIComponent).join("/")}`;
}

/** Notebook 7 does not tell its root folder, but the address of the notebook below it. */
function rootOf(notebook: string, page: string): string {
  const open = decodeURIComponent(page.split("/notebooks/")[1] ?? "");
  return open !== "" && notebook.endsWith(`/${open}`) ? notebook.slice(0, -open.length) : "";
}

/** Bring samples of any encoding to 16 bits. */
export function decode(
  bytes: Uint8Array,
  encoding: ServedFile["encoding"],
  into: Int16Array,
): void {
  if (encoding === "s16") {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i < bytes.length >> 1; i++) into[i] = view.getInt16(2 * i, true);
    return;
  }
  const table = TABLES[encoding];
  for (let i = 0; i < bytes.length; i++) into[i] = table[bytes[i] as number] as number;
}

const TABLES = {
  u8: tableOf((code) => (code - 128) * 256),
  // ITU-T G.711, as 16 bits
  mulaw: tableOf((code) => {
    const inverted = ~code & 0xff;
    const size = (((inverted & 0x0f) << 3) + 0x84) << ((inverted & 0x70) >> 4);
    return inverted & 0x80 ? 0x84 - size : size - 0x84;
  }),
  alaw: tableOf((code) => {
    const toggled = code ^ 0x55;
    const segment = (toggled & 0x70) >> 4;
    const step = (toggled & 0x0f) << 4;
    const size = segment === 0 ? step + 8 : (step + 0x108) << (segment - 1);
    return toggled & 0x80 ? size : -size;
  }),
};

function tableOf(valueOf: (code: number) => number): Int16Array {
  return Int16Array.from({ length: 256 }, (_, code) => valueOf(code));
}

/** The bytes from one to before another; null for any other answer. */
async function fetchRange(
  url: string,
  from: number,
  to: number,
  nBytes: number,
): Promise<Uint8Array | null> {
  try {
    const answer = await fetch(url, {
      headers: { Range: `bytes=${from}-${to - 1}` },
      cache: "no-store",
      credentials: "same-origin",
      redirect: "error",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const expected = `bytes ${from}-${to - 1}/${nBytes}`;
    if (answer.status !== 206 || answer.headers.get("Content-Range") !== expected) {
      await answer.body?.cancel();
      return null;
    }
    const bytes = new Uint8Array(await answer.arrayBuffer());
    return bytes.length === to - from ? bytes : null;
  } catch {
    return null;
  }
}

function pageConfig(): Record<string, string> {
  try {
    const text = document.getElementById("jupyter-config-data")?.textContent ?? "{}";
    return JSON.parse(text) as Record<string, string>;
  } catch {
    return {};
  }
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** To the nearest whole number, halves to the even one, as Python rounds. */
function rounded(value: number): number {
  return Math.abs(value % 1) === 0.5 ? 2 * Math.round(value / 2) : Math.round(value);
}
