// A Plotly figure: a page reads Plotly's own widget once, instead of once for each figure.

import type { AnyModel, AnyWidget, Initialize, Render } from "@anywidget/types";

interface Parts {
  initialize: Initialize;
  render: Render;
}
type Source = { version: string; code: string };

const page = globalThis as { workbenchPlotly?: Map<string, Promise<() => Parts>> };

/** Plotly's widget in the version of a kernel, ready to draw; read anew if it failed before. */
async function plotlyOf(model: AnyModel): Promise<() => Parts> {
  const id = String(model.get("_plotly")).replace("IPY_MODEL_", "");
  const source = await model.widget_manager.get_model<Source>(id);
  const known = (page.workbenchPlotly ??= new Map());
  const version = source.get("version");
  let read = known.get(version);
  if (!read) {
    read = evaluate(source.get("code"));
    known.set(version, read);
    read.catch(() => known.delete(version));
  }
  return read;
}

async function evaluate(code: string): Promise<() => Parts> {
  const address = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  try {
    return ((await import(/* @vite-ignore */ address)) as { default: () => Parts }).default;
  } finally {
    URL.revokeObjectURL(address);
  }
}

const figure: AnyWidget = () => {
  let parts: Parts;
  return {
    async initialize(props) {
      parts = (await plotlyOf(props.model))();
      return parts.initialize(props);
    },
    render: (props) => parts.render(props),
  };
};

export default figure;
