// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sourceOf } from "../src/call_source";
import { lineAt } from "../src/dialogue";
import type { Unit } from "../src/model";
import { pictureOf, placeOf, type Picture } from "../src/picture";
import { f0Place, levelPlace } from "../src/picture_paint";
import { movedEdges } from "../src/regions";
import { Stage } from "../src/stage";
import { turnBefore } from "../src/neighbours";
import { firstLength, viewAround, viewOf, zoomed } from "../src/view";
import { SampleWindows } from "../src/windows";
import workbench from "../src/workbench";
import { FakeModel, settle, silence, TAXONOMY, type Sent } from "./page";

const UNIT: Unit = {
  item_id: "a",
  pass: "both",
  utterance_id: "a",
  unit: "utterance",
  call_id: "7",
  channel: 0,
  role: "customer",
  start_s: 10,
  end_s: 12,
};

describe("a view of a call", () => {
  it("shows a unit with a second on each side, four seconds at least, never beyond the call", () => {
    expect(viewOf(UNIT, 60)).toEqual({ startS: 9, endS: 13 });
    expect(viewOf({ start_s: 0.2, end_s: 0.4 }, 60).startS).toBe(0);
    expect(viewOf({ start_s: 0, end_s: 3600 }, 3600)).toEqual({ startS: 0, endS: 3600 });
  });

  it("shows all of a call unless its units would be too small to tell apart", () => {
    expect(firstLength(50, 1000, 600)).toBe(600);
    expect(firstLength(1000, 1000, 3600)).toBeCloseTo(150);
    expect(firstLength(1000, 0, 3600)).toBe(3600);
  });

  it("stays inside the call and keeps its length when it is moved", () => {
    expect(viewAround(5, 20, 100)).toEqual({ startS: 0, endS: 20 });
    expect(viewAround(98, 20, 100)).toEqual({ startS: 80, endS: 100 });
    expect(viewAround(50, 1, 100)).toEqual({ startS: 47.5, endS: 52.5 });
    expect(viewAround(1, 1, 2)).toEqual({ startS: 0, endS: 2 });
  });

  it("zooms around the second that is pointed at", () => {
    const near = zoomed({ startS: 100, endS: 200 }, 0.5, 125, 3600);
    expect(near).toEqual({ startS: 112.5, endS: 162.5 });
    expect(zoomed(near, 2, 125, 3600)).toEqual({ startS: 100, endS: 200 });
    expect(zoomed(near, 1e6, 125, 3600)).toEqual({ startS: 0, endS: 3600 });
  });
});

describe("boundaries", () => {
  const view = { startS: 9, endS: 13 };
  const edges = { startS: 10, endS: 12 };

  it("move to the millisecond and never past each other or out of sight", () => {
    expect(movedEdges(edges, "startS", 10.12345, view)).toEqual({ startS: 10.123, endS: 12 });
    expect(movedEdges(edges, "startS", 14, view)).toEqual({ startS: 11.95, endS: 12 });
    expect(movedEdges(edges, "endS", 3, view)).toEqual({ startS: 10, endS: 10.05 });
    expect(movedEdges(edges, "endS", 99, view)).toEqual({ startS: 10, endS: 13 });
  });
});

describe("the turn before", () => {
  const said = (role: string, start_s: number, end_s: number) => ({ role, start_s, end_s });

  it("is all that the other said since one spoke oneself", () => {
    const spoken = [
      said("customer", 0, 2),
      said("agent", 3, 4),
      said("agent", 5, 7),
      said("customer", 8, 9),
    ];
    expect(turnBefore(spoken, 8)).toEqual({ startS: 3, endS: 7 });
    expect(turnBefore(spoken, 3)).toEqual({ startS: 0, endS: 2 });
    expect(turnBefore(spoken, 0)).toBeNull();
    expect(turnBefore([said("agent", 0, 100)], 101)).toEqual({ startS: 70, endS: 100 });
  });
});

describe("the dialogue", () => {
  const line = (start_s: number, end_s: number) => ({ role: "", start_s, end_s, text: "" });

  it("finds the line that sounds, else the one that sounded last", () => {
    const lines = [line(0, 5), line(1, 2), line(6, 7)];
    expect([-1, 0.5, 1.5, 3, 5.5, 6, 99].map((at) => lineAt(lines, at))).toEqual([
      -1, 0, 1, 0, 1, 2, 2,
    ]);
  });
});

describe("pictures", () => {
  it("are read from messages, wherever their bytes lie", () => {
    const bytes = new Uint8Array(13);
    new DataView(bytes.buffer).setFloat32(1, 220, true);
    const f0 = new DataView(bytes.buffer, 1, 4);
    const level = new DataView(bytes.buffer, 5, 4);
    const picture = pictureOf({ start_s: 2, n_frames: 1, buffers: [level, f0, level] });
    expect([picture.startS, picture.f0Hz[0], picture.levelDb[0]]).toEqual([2, 220, 0]);
  });

  it("have axes that musicians and phoneticians know", () => {
    const middle = (f0Place(100) + f0Place(400)) / 2;
    expect(f0Place(200)).toBeCloseTo(middle);
    expect([levelPlace(-72), levelPlace(0)]).toEqual([0, 1]);
    const mel = { lowHz: 0, highHz: 4000, scale: "mel" } as Picture;
    // 1000 Hz is 1000 mel, 4000 Hz is 2146 mel.
    expect(placeOf(1000, mel)).toBeCloseTo(1000 / 2146, 3);
    expect(placeOf(1000, { ...mel, scale: "linear" })).toBe(0.25);
  });
});

describe("the stage", () => {
  it("flags where the feeling turns, as text", () => {
    const life = new AbortController();
    const windows = new SampleWindows(async (_source, a, b) => silence(a, b));
    const stage = new Stage(document.body, windows, () => {}, life.signal);
    stage.show(UNIT, null);
    stage.marks([
      { at_s: 11, from_tag: null, to_tag: "<b>relief</b>" },
      { at_s: 99, from_tag: null, to_tag: "elsewhere" },
    ]);
    const flags = [...stage.element.querySelectorAll<HTMLElement>(".wb-flag")];
    expect(flags.map((flag) => [flag.style.left, flag.textContent])).toEqual([
      ["50%", "<b>relief</b>"],
    ]);
    life.abort();
  });
});

describe("passes", () => {
  let host: FakeModel;
  let close: () => void;
  const text = (selector: string) => document.querySelector(selector)?.textContent ?? "";
  const key = (code: string) =>
    document
      .querySelector(".wb")
      ?.dispatchEvent(new KeyboardEvent("keydown", { code, key: code, bubbles: true }));
  const asked = () =>
    host.asked("audio").map((message: Sent) => [message["call_id"], message["masked"]]);

  beforeEach(async () => {
    const passes = ["text", "masked_voice", "voice"];
    const units = {
      item_id: passes,
      pass: passes,
      utterance_id: passes.map(() => "a"),
      unit: passes.map(() => "utterance"),
      call_id: passes.map(() => "7"),
      channel: passes.map(() => 0),
      role: passes.map(() => "customer"),
      start_s: passes.map(() => 0),
      end_s: passes.map(() => 1.5),
    };
    const setup = {
      units,
      taxonomy: TAXONOMY,
      details: {},
      has_words: true,
      has_pictures: true,
      can_correct: true,
      autoplay: false,
    };
    host = new FakeModel({ _kind: "labeler", _language: "en", _setup: setup, _ratings: {} });
    host.answers = {
      call: () => [
        {
          duration_s: 4,
          lanes: [{ channel: 0, role: "customer" }],
          lines: [{ role: "customer", start_s: 0, end_s: 1.5, text: "<i>Well.</i>" }],
        },
        [new DataView(new Int8Array(8).buffer)],
      ],
      audio: () => [{ sampling_rate_hz: 8000, n_channels: 1 }, [silence(0, 4, 8000, 1).buffer]],
      picture: () => [{ start_s: 0, hop_s: 0.01, n_frames: 0, n_bands: 0 }, []],
    };
    const box = document.createElement("div");
    document.body.replaceChildren(box);
    const render = (workbench as unknown as { render(props: unknown): () => void }).render;
    close = render({ model: host.model, el: box, signal: new AbortController().signal });
    await settle();
  });

  afterEach(() => close());

  it("of text shows words as text and says that it is not heard", async () => {
    expect(text(".wb-stage-text")).toBe("<i>Well.</i>");
    key("Space");
    await settle();
    expect(text(".wb-message")).toContain("read, not heard");
    key("KeyF");
    expect(host.asked("picture")).toEqual([]);
    expect(document.querySelector(".wb-handle:not([hidden])")).toBeNull();
  });

  it("of the masked voice asks for that alone and never shows the true spectrum", async () => {
    key("KeyK");
    await settle();
    expect(asked()[0]).toEqual(["7", true]);
    key("KeyV");
    await settle();
    expect([text(".wb-message").length > 0, host.asked("picture")]).toEqual([true, []]);
    key("KeyL");
    await settle();
    expect(host.asked("picture")).toMatchObject([{ call_id: "7", channel: 0 }]);
    expect(document.querySelector(".wb-dialogue:not([hidden])")).toBeNull();
  });

  it("have sources that cannot be taken for each other, whatever a call is called", () => {
    const plain = sourceOf({ call_id: "masked 7", pass: "voice" });
    expect(plain).not.toBe(sourceOf({ call_id: "7", pass: "masked_voice" }));
    expect(sourceOf({ call_id: "7", pass: "both" })).toBe(
      sourceOf({ call_id: "7", pass: "voice" }),
    );
  });
});
