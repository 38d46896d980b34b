// The keys of the Adjudicator: the Labeler's, without what makes no sense here, and its own.

import { bind, SECTIONS, type Binding, type Sections } from "./keys";

const LEFT_OUT = new Set([
  "note",
  "shift",
  "less_sure",
  "surer",
  "cue_pitch",
  "cue_pace",
  "cue_pause",
  "cue_volume",
  "cue_words",
  "split",
  "merge",
  "flag",
  "leave_call",
]);

const kept = (section: readonly Binding[]) => section.filter(({ name }) => !LEFT_OUT.has(name));

export const ADJUDICATING: Sections = {
  deciding: [
    ...Array.from({ length: 9 }, (_, index) =>
      bind(`reading${index + 1}`, `Digit${index + 1}`, { act: "reading", index }, "readings"),
    ),
    bind("mix", "KeyM", { act: "mix" }, "mix"),
    bind("reason", "KeyN", { act: "note" }, "reason"),
    bind("quick_reason", "KeyY", { act: "quickReason" }, "quickReason"),
    bind("names", "KeyD", { act: "names" }, "names"),
    bind("text", "KeyT", { act: "text" }, "text"),
  ],
  judging: kept(SECTIONS.judging),
  listening: kept(SECTIONS.listening),
  going: kept(SECTIONS.going),
};
