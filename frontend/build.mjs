// Bundle the widgets into the package: one module and one style sheet for all of them.
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

await build({
  entryPoints: [here("src/workbench.ts"), here("src/workbench.css")],
  outdir: here("../workbench/widgets/static"),
  bundle: true,
  format: "esm",
  minify: true,
  charset: "utf8",
  target: ["chrome111", "firefox113", "safari16.4"],
  logLevel: "warning",
});
