// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import workbench from "../src/workbench";
import type { Rating } from "../src/model";
import { FakeModel, settle, TAXONOMY, view } from "./page";

const EVIL = '<img src=x onerror="document.body.dataset.hacked=1">';

let host: FakeModel;
let box: HTMLElement;
let close: () => void;
let refuse: string | null;

function setup(changes: Record<string, unknown> = {}) {
  return {
    units: {
      item_id: ["a", "b", "c"],
      pass: ["both", "both", "both"],
      utterance_id: ["a", "b", "c"],
      unit: ["utterance", "utterance", "call"],
      call_id: ["7", "7", "7"],
      channel: [0, 1, null],
      role: ["customer", "agent", "unknown"],
      start_s: [0, 2, 0],
      end_s: [1.5, 4, 4],
    },
    taxonomy: TAXONOMY,
    details: { "7": "billing" },
    has_words: true,
    autoplay: false,
    keys: {},
    ...changes,
  };
}

async function open(): Promise<void> {
  draw();
  await settle();
}

function draw(): void {
  document.body.replaceChildren();
  box = document.createElement("div");
  document.body.append(box);
  const render = (workbench as unknown as { render(props: unknown): () => void }).render;
  close = render({ model: host.model, el: box, signal: new AbortController().signal });
}

function key(code: string, changes: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent("keydown", {
    code,
    key: code.startsWith("Key") ? code.slice(3).toLowerCase() : code,
    bubbles: true,
    cancelable: true,
    ...changes,
  });
  const root = box.querySelector(".wb") as HTMLElement;
  const target = root.contains(document.activeElement) ? document.activeElement : root;
  target?.dispatchEvent(event);
  return event;
}

/** The next one is shown once the answer is here, or soon without one. */
const turned = () => new Promise((resolve) => setTimeout(resolve, 80));
const saves = () => host.asked("save").map(({ rating }) => rating as Rating);
const text = (selector: string) => box.querySelector(selector)?.textContent ?? "";
const chips = () =>
  [...box.querySelectorAll(".wb-chips .wb-chip")].map((chip) => chip.getAttribute("aria-label"));

beforeEach(async () => {
  refuse = null;
  host = new FakeModel({ _kind: "labeler", _language: "en", _setup: setup(), _ratings: {} });
  host.answers = {
    call: () => [
      {
        duration_s: 4,
        lanes: [
          { channel: 0, role: "customer" },
          { channel: 1, role: "agent" },
        ],
        lines: [{ role: "customer", start_s: 0, end_s: 1.5, text: EVIL }],
      },
      [new DataView(new Int8Array(8).buffer), new DataView(new Int8Array(8).buffer)],
    ],
    audio: () => [{ sampling_rate_hz: 8000, n_channels: 2 }, [view([0, 0, 0, 0])]],
    save: ({ rating }) =>
      refuse === null ? [{ saved: rating }] : [{ ok: false, sentence: refuse }],
  };
  await open();
});

afterEach(() => close());

describe("the Labeler", () => {
  it("shows where one is and only the tags of the speaker's role", async () => {
    expect(text(".wb-header")).toContain("Utterance 1 of 3");
    expect(chips()).toEqual(["frustration, off", "relief, off", "surprise, off"]);
    key("KeyK");
    expect(chips()).toEqual(["curt, off", "surprise, off"]);
    key("KeyK");
    expect(text(".wb-header")).toContain("Call 3 of 3");
    expect(chips()).toHaveLength(4);
  });

  it("rates by keys, saves on Enter and marks it saved after Python's answer", async () => {
    host.answers["save"] = undefined as never;
    for (const code of ["Digit1", "Digit1", "Digit2", "KeyP", "ArrowLeft", "Enter"]) key(code);
    expect(saves()).toEqual([]);
    expect(text(".wb-message")).toBe("You heard 0 % of it. Enter again saves it as it is.");
    key("Enter");
    await settle();
    expect(saves()).toMatchObject([
      {
        utterance_id: "a",
        verdict: "tagged",
        tags: [
          { tag: "frustration", intensity: 2 / 3, primary: false },
          { tag: "relief", intensity: 1 / 3, primary: true },
        ],
        scores: [{ dimension: "valence", value: -0.5 }],
        text_seen: true,
        supersedes: null,
      },
    ]);
    await turned();
    expect(text(".wb-header")).toContain("Utterance 2 of 3");
    expect(text(".wb-mark")).toBe("Saving");
    const { id, rating } = host.asked("save")[0] as never as { id: string; rating: Rating };
    host.say({ answer: id, ok: true, saved: rating });
    await settle();
    expect(text(".wb-mark")).toBe("Saved");
    expect(text("[role=status]")).toBe("Saved. 2 left.");
  });

  it("says under the widget what Python could not save, and tries again", async () => {
    refuse = "The database is locked.";
    key("Digit0");
    key("Enter");
    await settle();
    expect(text(".wb-message")).toContain(
      "Utterance 1 of 3 could not be saved: The database is locked.",
    );
    expect(text(".wb-mark")).toBe("1 not saved");
    key("KeyK");
    expect(text(".wb-message")).toContain("The database is locked.");
    refuse = null;
    box.querySelector<HTMLButtonElement>(".wb-message button")?.click();
    await settle();
    expect(text(".wb-message")).toBe("");
    expect(saves().map(({ rating_id }) => rating_id)[1]).toBe(saves()[0]?.rating_id);
  });

  it("keeps the keys that are pressed before it knows where to begin", async () => {
    close();
    draw();
    for (const code of ["KeyK", "Digit1", "Digit1"]) key(code);
    expect(chips()).toEqual([]);
    await settle();
    expect(text(".wb-header")).toContain("Utterance 2 of 3");
    expect(chips()).toEqual(["curt, strength 2 of 3", "surprise, off"]);
  });

  it("asks for what is missing instead of saving", () => {
    key("ArrowLeft");
    key("Enter");
    expect(text(".wb-message")).toContain("at least one tag");
    key("Digit1");
    expect(text(".wb-message")).toBe("");
    key("KeyO");
    expect((document.activeElement as HTMLElement).className).toContain("wb-other");
    key("Escape");
    key("Enter");
    expect(text(".wb-message")).toContain("Say in words");
    expect(saves()).toEqual([]);
  });

  it("lets no key act while a text field has the focus", () => {
    key("KeyN");
    expect(document.activeElement?.tagName).toBe("TEXTAREA");
    for (const code of ["Digit1", "Enter", "KeyK", "Space", "KeyX"]) {
      expect(key(code).defaultPrevented).toBe(false);
    }
    expect(chips()[0]).toBe("frustration, off");
    expect(text(".wb-header")).toContain("Utterance 1 of 3");
    key("Enter", { ctrlKey: true });
    expect(document.activeElement).toBe(box.querySelector(".wb"));
  });

  it("keeps keys from the notebook around it", () => {
    let heard = 0;
    box.addEventListener("keydown", () => (heard += 1));
    for (const code of ["KeyD", "KeyD", "KeyB", "Escape", "KeyX"]) key(code);
    key("Enter", { shiftKey: true });
    expect(key("KeyS", { ctrlKey: true }).defaultPrevented).toBe(true);
    expect(heard).toBe(0);
    expect(box.querySelector(".wb")?.getAttribute("data-lm-suppress-shortcuts")).toBe("true");
  });

  it("prints on the screen what the rater's own keys print", async () => {
    close();
    const german: Record<string, string> = { KeyP: "p", KeyU: "ü", Digit1: "1" };
    const keyboard = { getLayoutMap: async () => ({ get: (code: string) => german[code] }) };
    Object.defineProperty(navigator, "keyboard", { value: keyboard, configurable: true });
    const tags = Array.from({ length: 20 }, (_, i) => ({ ...TAXONOMY.tags[3], tag: `tag ${i}` }));
    host.state["_setup"] = setup({ taxonomy: { ...TAXONOMY, tags } });
    await open();
    const caps = [...box.querySelectorAll(".wb-chips .wb-chip")].map(
      (chip) => chip.querySelector("kbd")?.textContent ?? "",
    );
    expect(caps.slice(8, 11)).toEqual(["9", "⇧1", "⇧2"]);
    expect(caps.slice(17)).toEqual(["⇧9", "", ""]);
    expect(text(".wb-verdicts")).toContain("ÜUnclear");
    Reflect.deleteProperty(navigator, "keyboard");
  });

  it("prints what presses show where the browser does not tell the layout", () => {
    expect(text(".wb-find-button kbd")).toBe("/");
    key("Slash", { key: "-" });
    expect(text(".wb-find-button kbd")).toBe("-");
    key("Escape");
    key("KeyY", { key: "z", ctrlKey: true });
    expect(text(".wb-message")).toContain("Nothing to undo");
  });

  it("sets a mixture only when it is moved, and says when a change takes it back", async () => {
    key("Digit1");
    key("KeyW");
    expect(text(".wb-message")).toBe("A mixture needs two tags.");
    key("Digit2");
    const edge = () => box.querySelector(".wb-mix-edge")?.getAttribute("aria-valuetext");
    expect(edge()).toBe("frustration 50 %, relief 50 %, not set");
    key("KeyW");
    key("KeyQ", { shiftKey: true });
    expect(edge()).toBe("frustration 45 %, relief 55 %");
    expect(text("[role=status]")).toBe("frustration 45 %, relief 55 %");
    key("Digit3");
    expect(text("[role=status]")).toBe("surprise, strength 1 of 3. The mixture is not set");
    key("KeyW");
    key("KeyE");
    key("Enter");
    key("Enter");
    await settle();
    expect(saves()[0]?.tags.map(({ share }) => share)).toEqual([null, null, null]);
  });

  it("names a command's key where it has been moved, and tells what clashes", async () => {
    close();
    const keys = { note: "KeyY", relief: "KeyR", frustration: "KeyZ" };
    host.state["_setup"] = setup({ keys });
    await open();
    expect(text(".wb-note-button kbd")).toBe("Y");
    expect(text(".wb-clashes")).toBe(
      "The key R was asked for “relief” and belongs to “replay”; “relief” has 1.",
    );
    key("KeyZ");
    key("Digit1");
    expect(chips()).toEqual([
      "frustration, strength 1 of 3",
      "relief, strength 1 of 3",
      "surprise, off",
    ]);
    key("KeyH");
    expect(text(".wb-card-keys")).toContain("YNote");
  });

  it("asks in a pass only what can be known in it, and marks no turn at rest", async () => {
    key("KeyT");
    expect(text(".wb-message")).toContain("Play to where the feeling turns");
    close();
    host.state["_setup"] = setup({
      units: { ...setup().units, pass: ["text", "masked_voice", "both"] },
    });
    await open();
    expect(text(".wb-question")).toBe("How does it read?");
    key("KeyA", { shiftKey: true });
    expect(box.querySelectorAll(".wb-cues [aria-pressed=true]")).toHaveLength(0);
    key("KeyK");
    key("KeyG", { shiftKey: true });
    key("KeyA", { shiftKey: true });
    const named = [...box.querySelectorAll(".wb-cues [aria-pressed=true]")];
    expect(named.map((chip) => chip.textContent)).toEqual(["⇧APitch"]);
  });

  it("finds a tag by typing and gives the keys back afterwards", () => {
    key("Slash");
    const field = box.querySelector<HTMLInputElement>(".wb-find");
    expect(document.activeElement).toBe(field);
    if (field) field.value = "rel";
    field?.dispatchEvent(new Event("input"));
    expect(box.querySelectorAll(".wb-chips .wb-chip:not([hidden])")).toHaveLength(1);
    key("Enter");
    key("Escape");
    expect(document.activeElement).toBe(box.querySelector(".wb"));
    expect(chips()).toEqual(["frustration, off", "relief, strength 1 of 3", "surprise, off"]);
    expect(box.querySelectorAll(".wb-chips .wb-chip:not([hidden])")).toHaveLength(3);
  });

  it("draws figures for valence and arousal, as many as there are steps", async () => {
    close();
    const [valence, arousal] = TAXONOMY.dimensions;
    const dimensions = [{ ...valence, steps: 9 }, arousal, { ...arousal, dimension: "stress" }];
    host.state["_setup"] = setup({ taxonomy: { ...TAXONOMY, dimensions } });
    await open();
    const scales = [...box.querySelectorAll(".wb-steps")];
    expect(scales.map((one) => one.querySelectorAll("[role=radio]").length)).toEqual([9, 5, 5]);
    expect(scales.map((one) => one.querySelectorAll("svg").length)).toEqual([9, 5, 0]);
    const first = scales[0]?.querySelector<HTMLElement>("[role=radio]");
    first?.focus();
    key("ArrowRight");
    expect(document.activeElement?.getAttribute("aria-checked")).toBe("true");
    key("Backspace");
    expect(box.querySelectorAll("[role=radio][aria-checked=true]")).toHaveLength(0);
  });

  it("leaves Space and Enter to a button that has the focus", () => {
    const chip = box.querySelectorAll<HTMLElement>(".wb-chips .wb-chip")[1];
    chip?.focus();
    expect(key("Enter").defaultPrevented).toBe(false);
    expect(saves()).toEqual([]);
    key("Escape");
    expect(document.activeElement).toBe(box.querySelector(".wb"));
  });

  it("writes tags, transcripts and sentences as text, never as markup", async () => {
    close();
    const tags = [{ ...TAXONOMY.tags[0], tag: EVIL, definition: EVIL }];
    host.state["_setup"] = setup({ taxonomy: { ...TAXONOMY, tags }, details: { "7": EVIL } });
    refuse = EVIL;
    await open();
    key("Digit1");
    key("KeyH");
    key("KeyH");
    key("Enter");
    key("Enter");
    await settle();
    expect(box.querySelectorAll("img")).toHaveLength(0);
    expect(text(".wb-message")).toContain(EVIL);
    expect(text(".wb-dialogue")).toContain(EVIL);
    expect(text(".wb-header")).toContain(EVIL);
  });

  it("shows why a call cannot be heard, and can still be rated", async () => {
    close();
    host.answers["call"] = () => [{ ok: false, sentence: "Call 7 has no audio." }];
    await open();
    expect(text(".wb-stage-words")).toBe("Call 7 has no audio.");
    key("KeyU");
    key("Enter");
    await settle();
    expect(saves()).toMatchObject([{ verdict: "unclear", n_plays: 0, heard_share: 0 }]);
  });

  it("passes over no item when the button that saves is pressed twice at once", async () => {
    host.answers["save"] = undefined as never;
    key("Digit0");
    const save = box.querySelector<HTMLButtonElement>(".wb-button-save");
    save?.click();
    save?.click();
    await turned();
    expect(saves()).toHaveLength(1);
    expect(text(".wb-header")).toContain("Utterance 2 of 3");
  });

  it("undoes into a rating that supersedes, and goes on where it was", async () => {
    key("Digit1");
    key("Enter");
    key("Enter");
    await settle();
    key("KeyZ", { ctrlKey: true });
    expect(text(".wb-header")).toContain("Utterance 1 of 3");
    expect(chips()[0]).toContain("strength 1 of 3");
    key("Digit1");
    key("Enter");
    await settle();
    expect(saves()[1]).toMatchObject({ supersedes: saves()[0]?.rating_id });
    await turned();
    expect(text(".wb-header")).toContain("Utterance 2 of 3");
  });

  it("answers a key once after the cell was run again, and leaves nothing behind", async () => {
    const before = host.nHandlers;
    close();
    expect(host.nHandlers).toBe(0);
    expect(box.children).toHaveLength(0);
    await open();
    expect(host.nHandlers).toBe(before);
    key("Digit0");
    key("Enter");
    await settle();
    expect(saves()).toHaveLength(1);
  });

  it("shows another view of the widget what one has saved", async () => {
    const rating = { ...(host.state["_ratings"] as object) };
    expect(rating).toEqual({});
    key("Digit0");
    key("Enter");
    await settle();
    close();
    await open();
    expect(text(".wb-header")).toContain("Utterance 2 of 3");
    expect(text(".wb-mark")).toBe("Saved");
  });

  it("teaches where there is nothing to rate", async () => {
    close();
    host.state["_setup"] = setup({ units: { utterance_id: [] } });
    await open();
    expect(box.textContent).toContain("run ws.segment()");
  });
});
