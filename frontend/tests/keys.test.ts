import { describe, expect, it } from "vitest";
import { commandOf, tagKey, type KeyPress } from "../src/keys";

function press(code: string, changes: Partial<KeyPress> = {}): KeyPress {
  const none = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, repeat: false };
  return { code, key: code, ...none, ...changes };
}

describe("keys", () => {
  it("name tags by position: digits 1 to 9, with Shift 10 to 18", () => {
    // On a French board Digit1 prints "&"; on a German one Shift and Digit1 print "!".
    expect(commandOf(press("Digit1", { key: "&" }))).toEqual({ act: "tag", index: 0 });
    expect(commandOf(press("Digit9"))).toEqual({ act: "tag", index: 8 });
    expect(commandOf(press("Digit1", { key: "!", shiftKey: true }))).toEqual({
      act: "tag",
      index: 9,
    });
    expect(commandOf(press("Numpad3"))).toEqual({ act: "tag", index: 2 });
    expect(tagKey(0)).toEqual({ shift: false, code: "Digit1" });
    expect(tagKey(17)).toEqual({ shift: true, code: "Digit9" });
    expect(tagKey(18)).toBeNull();
  });

  it("name verdicts and moves", () => {
    expect(commandOf(press("Digit0"))).toEqual({ act: "verdict", verdict: "neutral" });
    expect(commandOf(press("KeyX"))).toEqual({ act: "verdict", verdict: "unusable" });
    expect(commandOf(press("ArrowUp"))).toEqual({ act: "score", dimension: 1, by: 1 });
    expect(commandOf(press("Enter"))).toEqual({ act: "save" });
  });

  it("undo where Z is printed, on US and German boards", () => {
    expect(commandOf(press("KeyZ", { key: "z", ctrlKey: true }))).toEqual({ act: "undo" });
    expect(commandOf(press("KeyY", { key: "z", ctrlKey: true }))).toEqual({ act: "undo" });
    expect(commandOf(press("KeyZ", { key: "y", ctrlKey: true }))).toBeNull();
    expect(commandOf(press("KeyZ", { key: "Z", metaKey: true }))).toEqual({ act: "undo" });
  });

  it("leave everything else to the browser", () => {
    expect(commandOf(press("KeyR", { ctrlKey: true }))).toBeNull();
    expect(commandOf(press("Digit7", { ctrlKey: true, altKey: true }))).toBeNull();
    expect(commandOf(press("Enter", { shiftKey: true }))).toBeNull();
    expect(commandOf(press("Tab"))).toBeNull();
    expect(commandOf(press("F5"))).toBeNull();
  });

  it("held down repeat moves, never tags or saving", () => {
    expect(commandOf(press("Enter", { repeat: true }))).toBeNull();
    expect(commandOf(press("Digit1", { repeat: true }))).toBeNull();
    expect(commandOf(press("KeyK", { repeat: true }))).toEqual({ act: "next" });
  });
});
