// After the build: weigh it against the budget, then write compressed twins of every text file.

import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const out =
  process.env.VENTURI_UI_OUT ??
  fileURLToPath(new URL("../../src/venturi/ui_dist", import.meta.url));
const KIB = 1024;
/** gzip bytes that may be loaded before the first page is usable, and by the graph on top of it. */
const FIRST_PAGE = 300 * KIB;
const GRAPH = 520 * KIB;
const TEXT = new Set([".js", ".css", ".html", ".svg", ".json"]);

const manifest = JSON.parse(readFileSync(join(out, ".vite/manifest.json"), "utf8"));
const weight = new Map();

for (const name of readdirSync(out, { recursive: true, encoding: "utf8" })) {
  if (name.startsWith(".vite") || !TEXT.has(extname(name))) continue;
  const data = readFileSync(join(out, name));
  const packed = gzipSync(data, { level: 9 });
  weight.set(name, packed.length);
  // index.html gets a fresh number in each answer, so it has no compressed twin.
  if (data.length < 800 || name === "index.html") continue;
  writeFileSync(join(out, `${name}.gz`), packed);
  const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
  writeFileSync(join(out, `${name}.br`), brotliCompressSync(data, options));
}

/** What an entry loads at once: itself, its static imports and their styles. */
function files(key, seen = new Set()) {
  const chunk = manifest[key];
  if (!chunk || seen.has(chunk.file)) return seen;
  seen.add(chunk.file);
  for (const css of chunk.css ?? []) seen.add(css);
  for (const other of chunk.imports ?? []) files(other, seen);
  return seen;
}
const sum = (names) => [...names].reduce((total, name) => total + (weight.get(name) ?? 0), 0);

const first = files("index.html");
const home = files("src/pages/home/Home.tsx", new Set());
const page = new Set([...first, ...home]);
const graphKey = Object.keys(manifest).find((key) => key.endsWith("dag/graph/Graph.tsx"));
const graph = new Set([...(graphKey ? files(graphKey) : [])].filter((name) => !page.has(name)));
for (const name of weight.keys()) if (/elk|layout\.worker/.test(name)) graph.add(name);

rmSync(join(out, ".vite"), { recursive: true });

const say = (what, bytes, budget) =>
  console.log(`${what}: ${(bytes / KIB).toFixed(0)} KiB gzip of ${budget / KIB} KiB`);
say("first page", sum(page), FIRST_PAGE);
say("graph, on top", sum(graph), GRAPH);
if (sum(page) > FIRST_PAGE || sum(graph) > GRAPH) {
  console.error("The build is heavier than its budget: find what grew (docs/adr/031-web-ui.md).");
  process.exit(1);
}
