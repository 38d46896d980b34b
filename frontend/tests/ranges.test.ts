// @vitest-environment happy-dom

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { decode, Ranges, servedAt, type ServedFile } from "../src/ranges";

const FILE: ServedFile = {
  path: "/srv/calls/audio/7.wav",
  home: "/home/ann",
  notebook: "/srv/calls/notebooks/1.ipynb",
  encoding: "s16",
  sampling_rate_hz: 8000,
  n_channels: 1,
  data_start: 44,
  bytes_per_frame: 2,
  n_frames: 8000,
  check: { n_bytes: 16044, start: 8044, hex: "cd0f" },
};

const at = (path: string, config: Record<string, string>, page = "/lab") =>
  servedAt({ ...FILE, path }, config, page);

describe("where a file is served", () => {
  it("is below the root of the server, and nowhere else", () => {
    const config = { serverRoot: "/srv/calls", baseUrl: "/user/ann/" };
    expect(at("/srv/calls/a b/ä#1.wav", config)).toBe("/user/ann/files/a%20b/%C3%A4%231.wav");
    expect(at("/srv/calls2/a.wav", config)).toBeNull();
    expect(at("/elsewhere/a.wav", config)).toBeNull();
    expect(at("/srv/calls/a.wav", {})).toBeNull();
  });

  it("is not below a folder that the server hides", () => {
    const config = { serverRoot: "/srv/calls" };
    expect(at("/srv/calls/.cache/a.wav", config)).toBeNull();
    expect(at("/srv/calls/../b/a.wav", config)).toBeNull();
  });

  it("is known where the server shortens its root, and where it does not tell it", () => {
    expect(at("/home/ann/calls/a.wav", { serverRoot: "~/calls" })).toBe("/files/a.wav");
    expect(at("D:/calls/a.wav", { serverRoot: "D:\\calls" })).toBe("/files/a.wav");
    const page = "/notebooks/notebooks/1.ipynb";
    expect(at(FILE.path, { baseUrl: "/" }, page)).toBe("/files/audio/7.wav");
    expect(at(FILE.path, { baseUrl: "/" }, "/notebooks/2.ipynb")).toBeNull();
  });
});

describe("decoding", () => {
  it("gives what G.711 says of the ends and the middle of its scales", () => {
    const of = (encoding: ServedFile["encoding"], ...codes: number[]) => {
      const out = new Int16Array(codes.length);
      decode(Uint8Array.from(codes), encoding, out);
      return [...out];
    };
    expect(of("mulaw", 0x00, 0x80, 0x7f, 0xff)).toEqual([-32124, 32124, 0, 0]);
    expect(of("alaw", 0x2a, 0xaa, 0x55, 0xd5)).toEqual([-32256, 32256, -8, 8]);
    expect(of("u8", 0, 128, 255)).toEqual([-32768, 0, 32512]);
    const s16 = new Int16Array(2);
    decode(Uint8Array.from([9, 0x34, 0x12, 0xff, 0xff]).subarray(1), "s16", s16);
    expect([...s16]).toEqual([0x1234, -1]);
  });
});

describe("windows of a file", () => {
  const bytes = new Uint8Array(16044).map((_, i) => (i < 44 ? 82 : i % 256));
  const hex = Array.from(bytes.subarray(8044, 8046), (b) => b.toString(16).padStart(2, "0"));
  const file = { ...FILE, check: { ...FILE.check, hex: hex.join("") } };
  let asked: string[];
  let answer: (from: number, to: number) => { status: number; range: string; body: Uint8Array };

  beforeEach(() => {
    asked = [];
    answer = (from, to) => ({
      status: 206,
      range: `bytes ${from}-${to}/16044`,
      body: bytes.slice(from, to + 1),
    });
    const config = document.createElement("script");
    config.id = "jupyter-config-data";
    config.type = "application/json";
    config.textContent = JSON.stringify({ serverRoot: "/srv/calls", baseUrl: "/" });
    document.head.append(config);
    vi.stubGlobal("fetch", async (url: string, options: { headers: { Range: string } }) => {
      const range = options.headers.Range;
      asked.push(`${url} ${range}`);
      const [from, to] = range.replace("bytes=", "").split("-").map(Number);
      const { status, range: got, body } = answer(from as number, to as number);
      const headers = { get: () => got };
      return { status, headers, body: { cancel: async () => {} }, arrayBuffer: () => body.buffer };
    });
  });

  afterEach(() => {
    vi.unstubAllGlobals();
    document.getElementById("jupyter-config-data")?.remove();
  });

  it("come by ranges once the file was known again, with silence after its end", async () => {
    const ranges = new Ranges();
    await ranges.offer("7", file);
    const window = await ranges.window("7", 0.5, 1.5);
    expect(asked).toEqual([
      "/files/audio/7.wav bytes=8044-8045",
      "/files/audio/7.wav bytes=8044-16043",
    ]);
    expect([window?.sampling_rate_hz, window?.n_channels]).toEqual([8000, 1]);
    expect(window?.buffer.byteLength).toBe(16000);
    expect(window?.buffer.getInt16(0, true)).toBe(new DataView(bytes.buffer).getInt16(8044, true));
    expect(window?.buffer.getInt16(15998, true)).toBe(0);
    expect(await ranges.window("8", 0, 1)).toBeNull();
  });

  it.each([
    ["another file of the same name", { status: 206, range: "bytes 8044-8045/99999" }],
    ["a server without ranges", { status: 200, range: "" }],
    ["no such file", { status: 404, range: "" }],
    ["no right to read it", { status: 403, range: "" }],
  ])("come by messages for %s", async (_, given) => {
    answer = () => ({ ...given, body: bytes.slice(8044, 8046) });
    const ranges = new Ranges();
    await ranges.offer("7", file);
    expect(await ranges.window("7", 0, 1)).toBeNull();
    expect(asked).toHaveLength(1);
  });

  it("come by messages for good after the first that fails", async () => {
    const ranges = new Ranges();
    await ranges.offer("7", file);
    answer = (from, to) => ({ status: 206, range: `bytes ${from}-${to}/16044`, body: bytes });
    expect(await ranges.window("7", 0, 0.5)).toBeNull();
    expect(await ranges.window("7", 0, 0.5)).toBeNull();
    expect(asked).toHaveLength(2);
  });
});
