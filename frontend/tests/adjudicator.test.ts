// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kindOf, summaryOf, type Dispute, type Reading } from "../src/adjudicator";
import type { Rating } from "../src/model";
import { speak } from "../src/strings";
import workbench from "../src/workbench";
import { FakeModel, settle, TAXONOMY } from "./page";

const EVIL = '<img src=x onerror="document.body.dataset.hacked=1">';

function tag(name: string, intensity: number | null = 2 / 3, share: number | null = null) {
  return { tag: name, intensity, share, primary: false };
}

function reading(raters: number[], tags: ReturnType<typeof tag>[], verdict = "tagged"): Reading {
  return { verdict: verdict as Reading["verdict"], tags, scores: [], other_words: null, raters };
}

function rater(name: string, changes: Partial<Dispute["raters"][number]> = {}) {
  return {
    name,
    verdict: "tagged" as const,
    tags: [tag("frustration")],
    scores: [],
    certainty: null,
    cues_named: null,
    note: null,
    other_words: null,
    ...changes,
  };
}

function dispute(changes: Partial<Dispute> = {}): Dispute {
  return {
    mixture_bits: 0,
    dispute_bits: 0.92,
    unclear_share: 0,
    raters: [
      rater("Ann", { note: EVIL, scores: [{ dimension: "valence", value: -0.5 }] }),
      rater(EVIL, { tags: [tag("relief")], scores: [{ dimension: "valence", value: 0.5 }] }),
      rater("Chloé"),
    ],
    readings: [
      {
        ...reading([0, 2], [tag("frustration")]),
        scores: [{ dimension: "valence", value: -0.5 }],
      },
      reading([1], [tag("relief", null)]),
    ],
    mixture: reading([0, 1, 2], [tag("frustration"), tag("relief", 1 / 3)]),
    ...changes,
  };
}

let host: FakeModel;
let box: HTMLElement;
let close: () => void;

async function open(disputes: Record<string, Dispute>, language = "en", passes = ["both", "voice"]) {
  const ids = Object.keys(disputes);
  const setup = {
    units: {
      item_id: ids,
      pass: passes,
      utterance_id: ids,
      unit: ids.map(() => "utterance"),
      call_id: ids.map(() => "7"),
      channel: ids.map(() => 0),
      role: ids.map(() => "customer"),
      start_s: ids.map((_, at) => 2 * at),
      end_s: ids.map((_, at) => 2 * at + 1),
    },
    taxonomy: TAXONOMY,
    details: {},
    has_words: true,
    hide_names: true,
    autoplay: false,
    keys: {},
    language,
  };
  host = new FakeModel({
    _kind: "adjudicator",
    _language: language,
    _setup: setup,
    _ratings: {},
    _disputes: disputes,
  });
  host.answers = {
    call: () => [
      {
        duration_s: 4,
        lanes: [{ channel: 0, role: "customer" }],
        lines: [{ role: "customer", start_s: 0, end_s: 1, text: "Again." }],
      },
      [new DataView(new Int8Array(8).buffer)],
    ],
    save: ({ rating }) => [{ saved: rating }],
  };
  document.body.replaceChildren();
  box = document.createElement("div");
  document.body.append(box);
  const render = (workbench as unknown as { render(props: unknown): () => void }).render;
  close = render({ model: host.model, el: box, signal: new AbortController().signal });
  await settle();
}

function key(code: string, changes: KeyboardEventInit = {}): void {
  const event = new KeyboardEvent("keydown", {
    code,
    key: code,
    bubbles: true,
    cancelable: true,
    ...changes,
  });
  const root = box.querySelector(".wb") as HTMLElement;
  const target = root.contains(document.activeElement) ? document.activeElement : root;
  target?.dispatchEvent(event);
}

const keys = (...codes: string[]) => codes.forEach((code) => key(code));
const turned = () => new Promise((resolve) => setTimeout(resolve, 80));
const saves = () => host.asked("save").map(({ rating }) => rating as Rating);
const text = (selector: string) => box.querySelector(selector)?.textContent ?? "";
const columns = () => [...box.querySelectorAll(".wb-rater")].map((name) => name.textContent);
const pressed = () =>
  [...box.querySelectorAll(".wb-choices [aria-pressed=true] span")].map((name) => name.textContent);

beforeEach(async () => {
  await open({ a: dispute(), b: dispute({ readings: [reading([0, 1, 2], [], "neutral")], mixture: null }) });
});

afterEach(() => {
  close();
  speak("en");
});

describe("the Adjudicator", () => {
  it("says in words what was heard and shows raters by letters until names are asked for", () => {
    expect(text(".wb-dispute h3")).toBe("2 heard frustration, 1 relief");
    expect(text(".wb-dispute p")).toBe(
      "They hear different things. Valence goes from −0.5 to 0.5. Dispute 0.92 bits, mixture 0.00 bits",
    );
    expect(columns()).toEqual(["Rater A", "Rater B", "Rater C"]);
    key("KeyD");
    expect(columns()).toEqual(["Ann", EVIL, "Chloé"]);
    expect(text("[role=status]")).toContain("Chloé");
    keys("KeyK", "KeyJ", "KeyD");
    expect(columns()).toEqual(["Rater A", "Rater B", "Rater C"]);
    expect(box.querySelector("img")).toBeNull();
    expect(document.body.dataset["hacked"]).toBeUndefined();
  });

  it("takes a reading with its medians, asks for a reason and saves it as the note", async () => {
    keys("Digit1", "Enter");
    expect(saves()).toEqual([]);
    expect(text(".wb-message")).toContain("Say in a few words why");
    const field = box.querySelector(".wb-reason-field") as HTMLTextAreaElement;
    expect(document.activeElement).toBe(field);
    field.value = "Pressed, not tired";
    field.dispatchEvent(new Event("input"));
    key("Enter", { ctrlKey: true });
    expect(text(".wb-message")).toContain("You heard 0 % of it");
    key("Enter");
    await settle();
    await turned();
    expect(saves()).toMatchObject([
      {
        verdict: "tagged",
        tags: [{ tag: "frustration", intensity: 2 / 3, share: null, primary: false }],
        scores: [{ dimension: "valence", value: -0.5 }],
        note: "Pressed, not tired",
        certainty: null,
      },
    ]);
    expect(text(".wb-place")).toContain("2 of 2");
  });

  it("invents no strength that nobody gave beyond the faintest", () => {
    keys("Digit2");
    expect(pressed()).toEqual(["relief, 1 rater"]);
    expect(box.querySelector(".wb-chips [aria-pressed=true]")?.getAttribute("aria-label")).toBe(
      "relief, strength 1 of 3",
    );
  });

  it("mixes the two strongest readings; shares are set only when they are moved", async () => {
    keys("KeyM");
    expect(pressed()).toEqual(["A mixture"]);
    expect(text(".wb-mixture")).toContain("not set");
    keys("KeyW", "KeyY", "Enter", "Enter");
    await settle();
    expect(saves()[0]?.tags.map(({ tag: name, share }) => [name, share])).toEqual([
      ["frustration", 0.4],
      ["relief", 0.6],
    ]);
    expect(saves()[0]?.note).toBe("Clear to me on hearing it again");
  });

  it("keeps the reason when another reading is taken, and offers the next quick one", () => {
    keys("KeyY", "KeyY", "Digit2", "Digit1");
    const field = box.querySelector(".wb-reason-field") as HTMLTextAreaElement;
    expect(field.value).toBe("The words mislead; the voice says otherwise");
    keys("KeyY", "KeyY", "KeyY");
    expect(field.value).toBe("");
  });

  it("says what cannot be taken or mixed", () => {
    key("Digit7");
    expect(text(".wb-message")).toBe("There is no reading 7 here.");
    keys("KeyK", "KeyM");
    expect(text(".wb-message")).toContain("A mixture needs two tags");
  });

  it("shows the words of a pass that hides them only when they are asked for", async () => {
    key("KeyK");
    await settle();
    const dialogue = box.querySelector(".wb-dialogue") as HTMLElement;
    expect(dialogue.hidden).toBe(true);
    keys("Digit1", "KeyY", "KeyT");
    expect(dialogue.hidden).toBe(false);
    key("Enter");
    await settle();
    expect(saves()[0]?.text_seen).toBe(true);
  });

  it("lists its own keys and none of the Labeler's that it does not have", () => {
    key("KeyH");
    expect(text(".wb-card-keys")).toContain("Take a reading, the strongest first");
    expect(text(".wb-card:not([hidden])")).not.toContain("Flag for the lead");
    const flag = [...box.querySelectorAll<HTMLElement>(".wb-tools .wb-button")].find((one) =>
      one.textContent?.startsWith("Flag"),
    );
    expect(flag?.hidden).toBe(true);
  });

  it("speaks German", async () => {
    close();
    await open({ a: dispute() }, "de", ["both"]);
    expect(text(".wb-dispute h3")).toBe("2 hörten frustration, 1 relief");
    expect(text(".wb-dispute p")).toContain("Die Valenz reicht von −0,5 bis 0,5.");
    expect(columns()[0]).toBe("Person A");
  });
});

describe("a dispute in words", () => {
  it("counts the rest and tells verdicts apart from tags", () => {
    const heard = [
      reading([0, 1], [], "unclear"),
      reading([2], [tag("relief")]),
      reading([3], [], "neutral"),
      reading([4], [tag("curt")]),
    ];
    expect(summaryOf(heard)).toBe("2 could not say what it is, 1 heard relief, 2 something else");
  });

  it("tells mixed from disputed, and agreement on tags", () => {
    expect(kindOf(dispute({ mixture_bits: 0.9, dispute_bits: 0.1 }))).toContain("agree that it is mixed");
    const same = dispute({ readings: [reading([0, 1, 2], [tag("relief")])], dispute_bits: null });
    expect(kindOf(same)).toBe("They agree on the tags. Valence goes from −0.5 to 0.5.");
  });
});
