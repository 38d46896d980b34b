import { describe, expect, it } from "vitest";
import { KeyNames } from "../src/key_names";
import { Keymap, SECTIONS, type KeyPress } from "../src/keys";

const MANY = Array.from({ length: 40 }, (_, at) => ({ tag: `t${at}` }));

function press(code: string, changes: Partial<KeyPress> = {}): KeyPress {
  const none = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, repeat: false };
  return { code, key: code, ...none, ...changes };
}

function keymap(wishes: Record<string, string> = {}, tags: { tag: string }[] = MANY): Keymap {
  const map = new Keymap(wishes);
  map.setTags(tags);
  return map;
}

const commandOf = (one: KeyPress) => keymap().commandOf(one);
const shifted = (code: string, key: string) => press(code, { key, shiftKey: true });

describe("keys", () => {
  it("name tags by position: digits 1 to 9, with Shift 10 to 18, and none beyond", () => {
    // On a French board Digit1 prints "&"; with Shift a US board prints "@", a German one a quote.
    expect(commandOf(press("Digit1", { key: "&" }))).toEqual({ act: "tag", index: 0 });
    expect(commandOf(press("Digit9", { key: "9" }))).toEqual({ act: "tag", index: 8 });
    for (const key of ["@", '"']) {
      expect(commandOf(shifted("Digit2", key))).toEqual({ act: "tag", index: 10 });
    }
    expect(commandOf(shifted("Digit3", "§"))).toEqual({ act: "tag", index: 11 });
    const map = keymap();
    expect([0, 8, 9, 17, 18].map((at) => map.strokeOfTag(`t${at}`))).toEqual([
      "Digit1",
      "Digit9",
      "Shift+Digit1",
      "Shift+Digit9",
      null,
    ]);
    expect(keymap({}, [{ tag: "only" }]).commandOf(press("Digit2"))).toBeNull();
  });

  it("take the number pad for digits with NumLock, for arrows without", () => {
    expect(commandOf(press("Numpad4", { key: "4" }))).toEqual({ act: "tag", index: 3 });
    expect(commandOf(press("Numpad0", { key: "0" }))).toMatchObject({ verdict: "neutral" });
    expect(commandOf(press("Numpad4", { key: "ArrowLeft" }))).toMatchObject({ act: "score" });
    expect(commandOf(press("Numpad7", { key: "Home" }))).toBeNull();
    // Windows takes Shift away from the number pad and sends the arrow.
    expect(commandOf(press("Numpad8", { key: "ArrowUp" }))).toMatchObject({ dimension: 1, by: 1 });
    expect(commandOf(press("NumpadEnter", { key: "Enter" }))).toEqual({ act: "save" });
    expect(commandOf(press("NumpadSubtract", { key: "-" }))).toEqual({ act: "certainty", by: -1 });
  });

  it("name verdicts, scores, shares, cues and certainty", () => {
    expect(commandOf(press("Digit0"))).toEqual({ act: "verdict", verdict: "neutral" });
    expect(commandOf(press("KeyX"))).toEqual({ act: "verdict", verdict: "unusable" });
    expect(commandOf(press("ArrowUp"))).toEqual({ act: "score", dimension: 1, by: 1 });
    expect(commandOf(shifted("ArrowDown", "ArrowDown"))).toEqual({
      act: "score",
      dimension: 3,
      by: -1,
    });
    expect(commandOf(press("KeyQ"))).toEqual({ act: "share", by: -10 });
    expect(commandOf(shifted("KeyW", "W"))).toEqual({ act: "share", by: 5 });
    expect(commandOf(shifted("KeyD", "D"))).toEqual({ act: "cue", cue: "pause" });
    // Right of 0: "=" on a US board, a dead accent on a German one.
    expect(commandOf(press("Equal", { key: "Dead" }))).toEqual({ act: "certainty", by: 1 });
    expect(commandOf(press("Slash", { key: "-" }))).toEqual({ act: "find" });
    expect(commandOf(press("Enter"))).toEqual({ act: "save" });
  });

  it("undo where Z is printed, on US and German boards", () => {
    expect(commandOf(press("KeyZ", { key: "z", ctrlKey: true }))).toEqual({ act: "undo" });
    expect(commandOf(press("KeyY", { key: "z", ctrlKey: true }))).toEqual({ act: "undo" });
    expect(commandOf(press("KeyZ", { key: "y", ctrlKey: true }))).toBeNull();
    expect(commandOf(press("KeyZ", { key: "Z", metaKey: true }))).toEqual({ act: "undo" });
    expect(commandOf(press("KeyZ", { key: "Z", ctrlKey: true, shiftKey: true }))).toBeNull();
  });

  it("leave everything else to the browser", () => {
    expect(commandOf(press("KeyR", { key: "r", ctrlKey: true }))).toBeNull();
    expect(commandOf(press("Digit7", { key: "{", ctrlKey: true, altKey: true }))).toBeNull();
    expect(commandOf(shifted("Enter", "Enter"))).toBeNull();
    expect(commandOf(press("Tab"))).toBeNull();
    expect(commandOf(press("F5"))).toBeNull();
  });

  it("held down repeat moves, never tags or saving", () => {
    expect(commandOf(press("Enter", { repeat: true }))).toBeNull();
    expect(commandOf(press("Digit1", { repeat: true }))).toBeNull();
    expect(commandOf(press("KeyK", { repeat: true }))).toEqual({ act: "next" });
  });

  it("are all different and all have a line on the card", () => {
    const all = Object.values(SECTIONS).flat();
    expect(new Set(all.map(({ stroke }) => stroke)).size).toBe(all.length);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    expect(keymap().clashes).toEqual([]);
  });
});

describe("keys that are asked for", () => {
  const tags = ["relief", "anger", "joy"].map((tag) => ({ tag }));

  it("are given where they are free; the other tags take the digits in order", () => {
    const map = keymap({ anger: "KeyD", note: "KeyY" }, tags);
    expect(tags.map(({ tag }) => map.strokeOfTag(tag))).toEqual(["Digit1", "KeyD", "Digit2"]);
    expect(map.commandOf(press("KeyD"))).toEqual({ act: "tag", index: 1 });
    expect(map.commandOf(press("KeyY"))).toEqual({ act: "note" });
    expect(map.commandOf(press("KeyN"))).toBeNull();
    expect(map.clashes).toEqual([]);
  });

  it("can be exchanged between two commands", () => {
    const map = keymap({ note: "KeyP", primary: "KeyN" }, tags);
    expect(map.commandOf(press("KeyP"))).toEqual({ act: "note" });
    expect(map.commandOf(press("KeyN"))).toEqual({ act: "primary" });
    expect(map.clashes).toEqual([]);
  });

  it("that clash fall back to a free one, never to a silent double", () => {
    const map = keymap({ anger: "KeyR", relief: "KeyD", joy: "KeyD" }, tags);
    expect(map.commandOf(press("KeyR"))).toEqual({ act: "replay" });
    expect(map.commandOf(press("KeyD"))).toEqual({ act: "tag", index: 0 });
    expect(map.clashes).toEqual([
      { name: "anger", stroke: "KeyR", owner: "replay", instead: "Digit1" },
      { name: "joy", stroke: "KeyD", owner: "relief", instead: "Digit2" },
    ]);
  });

  it("push a command without a wish to a free key, and never take Esc or undo", () => {
    const map = keymap({ note: "KeyP", play: "Escape" }, tags);
    expect(map.commandOf(press("Escape"))).toEqual({ act: "stop" });
    expect(map.commandOf(press("Space"))).toEqual({ act: "play" });
    const pushed = map.clashes.find(({ name }) => name === "primary");
    expect(pushed).toMatchObject({ stroke: "KeyP", owner: "note" });
    expect(map.strokeOf("primary")).toBe(pushed?.instead);
    expect(map.commandOf(press(pushed?.instead ?? ""))).toEqual({ act: "primary" });
  });

  it("are told anew for the tags of another role", () => {
    const map = keymap({ anger: "KeyR" }, tags);
    expect(map.clashes).toHaveLength(1);
    map.setTags([{ tag: "warm" }]);
    expect(map.clashes).toEqual([]);
    expect(map.strokeOfTag("warm")).toBe("Digit1");
  });
});

describe("prints of keys", () => {
  it("are those of a US board until presses show another", () => {
    const names = new KeyNames(keymap());
    expect(["KeyZ", "Minus", "Slash", "Shift+Digit1", "Escape"].map((one) => names.of(one))).toEqual([
      "Z",
      "-",
      "/",
      "⇧1",
      "Esc",
    ]);
    for (const [code, key] of [
      ["KeyZ", "y"],
      ["KeyY", "z"],
      ["Minus", "ß"],
      ["BracketLeft", "ü"],
      ["Slash", "-"],
    ] as const) {
      names.learn(press(code, { key }));
    }
    expect(["KeyZ", "KeyY", "Minus", "BracketLeft", "Slash"].map((one) => names.of(one))).toEqual([
      "Y",
      "Z",
      "ß",
      "Ü",
      "-",
    ]);
  });

  it("learn nothing from Shift and digits, dead keys, Ctrl or names of keys", () => {
    const names = new KeyNames(keymap());
    names.learn(shifted("Digit1", "!"));
    names.learn(press("Digit1", { key: "&" }));
    names.learn(press("Equal", { key: "Dead" }));
    names.learn(shifted("Slash", "?"));
    names.learn(press("KeyA", { key: "q", ctrlKey: true }));
    names.learn(press("Space", { key: " " }));
    expect(["Digit1", "Equal", "Slash", "KeyA", "Space"].map((one) => names.of(one))).toEqual([
      "1",
      "=",
      "/",
      "A",
      "Space",
    ]);
    names.learn(shifted("KeyA", "Q"));
    expect(names.of("Shift+KeyA")).toBe("⇧Q");
    expect(names.of("Ctrl+Z")).toBe("Ctrl+Z");
  });
});
