import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Wire } from "../src/wire";
import { FakeModel } from "./page";

let host: FakeModel;
let wire: Wire;

beforeEach(() => {
  vi.useFakeTimers();
  host = new FakeModel();
  wire = new Wire(host.model, 1000);
});

afterEach(() => vi.useRealTimers());

describe("a question to Python", () => {
  it("gets its own answer, whatever the order", async () => {
    const [first, second] = [wire.ask("call", { call_id: "7" }), wire.ask("call")];
    const [a, b] = host.sent.map(({ id }) => id);
    expect(host.sent[0]).toMatchObject({ ask: "call", call_id: "7" });
    host.say({ answer: b, ok: true, n: 2 });
    host.say({ answer: a, ok: true, n: 1 });
    expect([(await first)["n"], (await second)["n"]]).toEqual([1, 2]);
  });

  it("fails with Python's sentence", async () => {
    const asked = wire.ask("save");
    host.say({ answer: host.sent[0]?.id, ok: false, sentence: "The database is locked." });
    await expect(asked).rejects.toThrow("The database is locked.");
  });

  it("fails with a sentence of ours when no answer comes, or the kernel is gone", async () => {
    const asked = expect(wire.ask("save")).rejects.toThrow("Python does not answer");
    await vi.advanceTimersByTimeAsync(1001);
    await asked;
    host.send = () => {
      throw new Error("Canceled");
    };
    await expect(wire.ask("save")).rejects.toThrow("Python does not answer");
  });

  it("says whether the same may succeed later, and whether Python is silent", async () => {
    const busy = expect(wire.ask("save")).rejects.toMatchObject({ temporary: true, silent: false });
    host.say({ answer: host.sent[0]?.id, ok: false, sentence: "Locked.", temporary: true });
    await busy;
    const cut = expect(wire.ask("save")).rejects.toMatchObject({ temporary: true, silent: true });
    for (const handler of host.handlers.get("comm_live_update") ?? []) handler();
    await cut;
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is not taken for that of another view of the same widget", async () => {
    const other = new Wire(host.model, 1000);
    const heard: unknown[] = [];
    other.listen((message) => heard.push(message["answer"]));
    const asked = wire.ask("save");
    const id = host.sent[0]?.id;
    host.say({ answer: id, ok: true });
    await asked;
    expect(heard).toEqual([id]);
    expect(id).not.toBe((other.ask("save"), host.sent[1]?.id));
    other.close();
  });

  it("leaves nothing behind when the widget is closed", () => {
    void wire.ask("call");
    wire.close();
    expect(host.nHandlers).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
