// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from "vitest";
import { facetsOf, rowsFor, visible, type Column, type Query } from "../src/call_filter";
import { cellText, facetText } from "../src/call_cells";
import { CallList } from "../src/call_list";
import { clock } from "../src/strings";
import { FakeModel } from "./page";

const COLUMNS: Column[] = [
  { name: "call_id", kind: "text" },
  { name: "queue", kind: "text" },
  { name: "duration_s", kind: "seconds" },
  { name: "escalated", kind: "bool" },
];
const DATA = {
  call_id: ["2", "10", "1", "3"],
  queue: ["billing", "Sales", "billing", null],
  duration_s: [30, null, 90, 60],
  escalated: [true, false, null, false],
};
const ALL: Query = { search: "", facets: {}, sort: null };

describe("filtering calls", () => {
  it("finds every word anywhere, in any case", () => {
    expect(rowsFor({ ...ALL, search: "BILL" }, COLUMNS, DATA)).toEqual([0, 2]);
    expect(rowsFor({ ...ALL, search: "1 bill" }, COLUMNS, DATA)).toEqual([2]);
    expect(rowsFor({ ...ALL, search: "nothing" }, COLUMNS, DATA)).toEqual([]);
  });

  it("offers choices for yes/no and text of few values, gaps being a choice", () => {
    const facets = facetsOf(COLUMNS, DATA);
    expect([...facets.keys()]).toEqual(["queue", "escalated"]);
    expect(facets.get("queue")).toEqual(["", "billing", "Sales"]);
    expect(["", "true", "billing"].map(facetText)).toEqual(["not known", "yes", "billing"]);
    const chosen = { ...ALL, facets: { escalated: "false", queue: "" } };
    expect(rowsFor(chosen, COLUMNS, DATA)).toEqual([3]);
  });

  it("sorts numbers as numbers, also in text, with gaps last either way", () => {
    const by = (column: string, down: boolean) =>
      rowsFor({ ...ALL, sort: { column, down } }, COLUMNS, DATA);
    expect(by("call_id", false)).toEqual([2, 0, 3, 1]);
    expect(by("duration_s", false)).toEqual([0, 3, 2, 1]);
    expect(by("duration_s", true)).toEqual([2, 3, 0, 1]);
  });

  it("takes a moment for 10,000 calls and draws only those in sight", () => {
    const n = 10_000;
    const data = {
      call_id: Array.from({ length: n }, (_, i) => `${(i * 7919) % n}`),
      queue: Array.from({ length: n }, (_, i) => (i % 3 ? "billing" : "sales")),
    };
    const begin = performance.now();
    const query = { search: "bil", facets: {}, sort: { column: "call_id", down: true } };
    expect(rowsFor(query, COLUMNS.slice(0, 2), data)).toHaveLength(6666);
    expect(performance.now() - begin).toBeLessThan(500);
    expect(visible(34 * 5000, 340, 34, n)).toEqual([4994, 5016]);
    expect(visible(0, 340, 34, 3)).toEqual([0, 3]);
  });

  it("writes values as they are read", () => {
    expect(cellText(3725, "seconds")).toBe("1:02:05");
    expect(cellText("2026-03-01T09:15:00", "time")).toBe("2026-03-01 09:15");
    expect(cellText(null, "number")).toBe("");
    expect(cellText(true, "bool")).toBe("yes");
    expect([clock(61.25, true), clock(59.96, true), clock(3599.7)]).toEqual([
      "1:01.3",
      "1:00.0",
      "1:00:00",
    ]);
  });
});

describe("the list of calls", () => {
  let host: FakeModel;
  let root: HTMLElement;
  let list: CallList;

  beforeEach(() => {
    host = new FakeModel({ _selected: [] });
    root = document.createElement("div");
    document.body.replaceChildren(root);
    list = new CallList(host.model, root, { columns: COLUMNS, data: DATA, height_px: 340 });
  });

  const shown = () =>
    [...root.querySelectorAll("[data-at]")].map((row) => row.children[2]?.textContent);
  const key = (code: string, changes: KeyboardEventInit = {}) =>
    root
      .querySelector(".wb-rows")
      ?.dispatchEvent(new KeyboardEvent("keydown", { code, key: code, bubbles: true, ...changes }));

  it("filters as one types and says how many are shown", () => {
    const search = root.querySelector("input") as HTMLInputElement;
    search.value = "billing";
    search.dispatchEvent(new Event("input"));
    expect(shown()).toEqual(["2", "1"]);
    expect(root.querySelector(".wb-filters")?.textContent).toContain("2 of 4 calls");
    search.value = "zzz";
    search.dispatchEvent(new Event("input"));
    expect(root.textContent).toContain("No call matches");
  });

  it("selects by keys and tells Python", () => {
    key("Enter");
    key("ArrowDown");
    key("Enter");
    expect(host.state["_selected"]).toEqual([0, 1]);
    expect(host.saves).toBe(2);
    key("ArrowDown", { shiftKey: true });
    expect(host.state["_selected"]).toEqual([1, 2]);
    key("KeyA", { ctrlKey: true });
    expect(host.state["_selected"]).toEqual([0, 1, 2, 3]);
  });

  it("sorts by a click on a heading, and tells screen readers", () => {
    const heading = root.querySelectorAll(".wb-sort")[0] as HTMLButtonElement;
    heading.click();
    expect(shown()).toEqual(["1", "2", "3", "10"]);
    heading.click();
    expect(shown()).toEqual(["10", "3", "2", "1"]);
    expect(heading.parentElement?.getAttribute("aria-sort")).toBe("descending");
  });

  it("leaves no listener behind", () => {
    list.close();
    expect(host.nHandlers).toBe(0);
    key("Enter");
    expect(host.saves).toBe(0);
  });
});
