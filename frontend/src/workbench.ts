// One module for all widgets of the workbench: the model says which one it is.

import type { AnyModel, Render } from "@anywidget/types";
import { CallList, type CallListSetup } from "./call_list";
import { Labeler } from "./labeler";
import type { LabelerSetup, Rating } from "./model";
import { Player } from "./player";
import { Tracer, type TracerSetup } from "./tracer";

const WIDGETS: Record<string, (model: AnyModel, root: HTMLElement) => { close(): void }> = {
  labeler: (model, root) =>
    new Labeler(
      model,
      root,
      model.get("_setup") as LabelerSetup,
      model.get("_ratings") as Record<string, Rating>,
    ),
  calls: (model, root) => new CallList(model, root, model.get("_setup") as CallListSetup),
  player: (model, root) => new Player(model, root),
  tracer: (model, root) => new Tracer(model, root, model.get("_setup") as TracerSetup),
};

const render: Render = ({ model, el }) => {
  const root = document.createElement("div");
  el.append(root);
  const widget = WIDGETS[model.get("_kind") as string]?.(model, root);
  return () => {
    widget?.close();
    root.remove();
  };
};

export default { render };
