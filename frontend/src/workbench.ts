// One module for all widgets of the workbench: the model says which one it is.

import type { AnyModel, Render } from "@anywidget/types";
import { adjudicationOf } from "./adjudicator";
import { CallList, type CallListSetup } from "./call_list";
import type { Extension } from "./extension";
import { Labeler } from "./labeler";
import type { LabelerSetup, Mark, Rating } from "./model";
import { Player } from "./player";
import { Recorder, type RecorderSetup } from "./recorder";
import { speak } from "./strings";
import { Tracer, type TracerSetup } from "./tracer";

const WIDGETS: Record<string, (model: AnyModel, root: HTMLElement) => { close(): void }> = {
  labeler: openLabeler,
  adjudicator: (model, root) => openLabeler(model, root, adjudicationOf(model)),
  calls: (model, root) => new CallList(model, root, model.get("_setup") as CallListSetup),
  player: (model, root) => new Player(model, root),
  recorder: (model, root) => new Recorder(model, root, model.get("_setup") as RecorderSetup),
  tracer: (model, root) => new Tracer(model, root, model.get("_setup") as TracerSetup),
};

/** A rater may choose another language; the Labeler is then built anew in it. */
function openLabeler(
  model: AnyModel,
  root: HTMLElement,
  extension?: Extension,
): { close(): void } {
  let labeler: Labeler | null = null;
  const open = (language: string) => {
    labeler?.close();
    speak(language);
    root.replaceChildren();
    labeler = new Labeler(
      model,
      root,
      { ...(model.get("_setup") as LabelerSetup), language },
      model.get("_ratings") as Record<string, Rating>,
      (model.get("_marks") ?? {}) as Record<string, Mark>,
      open,
      extension,
    );
  };
  open(model.get("_language") as string);
  return { close: () => labeler?.close() };
}

const render: Render = ({ model, el }) => {
  const root = document.createElement("div");
  el.append(root);
  speak(model.get("_language") as string);
  const widget = WIDGETS[model.get("_kind") as string]?.(model, root);
  return () => {
    widget?.close();
    root.remove();
  };
};

export default { render };
