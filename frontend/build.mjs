// Bundle the widgets into the package: a module and a style sheet for ours, a module for figures.
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

await build({
  entryPoints: ["src/workbench.ts", "src/workbench.css", "src/figure.ts"].map(here),
  outdir: here("../workbench/widgets/static"),
  bundle: true,
  format: "esm",
  minify: true,
  charset: "utf8",
  target: ["chrome111", "firefox113", "safari16.4"],
  logLevel: "warning",
});
