// Prints what a visitor of the feed downloads; with --hold, fails when the feed's script exceeds its budget.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const BUDGET_BYTES = 45_000;
const out = fileURLToPath(new URL("../../src/plainview/app/static/", import.meta.url));
const packed = (name) => gzipSync(readFileSync(join(out, name)), { level: 9 }).length;
const manifest = JSON.parse(readFileSync(join(out, ".vite/manifest.json"), "utf8"));

/** The files a chunk needs before it runs: itself and its static imports, scripts and styles. */
function needed(key, found = { js: new Set(), css: new Set() }) {
  const chunk = manifest[key];
  if (found.js.has(chunk.file)) return found;
  found.js.add(chunk.file);
  for (const css of chunk.css ?? []) found.css.add(css);
  for (const other of chunk.imports ?? []) needed(other, found);
  return found;
}
const weigh = (files) => [...files].reduce((sum, name) => sum + packed(name), 0);
const kb = (bytes) => `${(bytes / 1000).toFixed(1)} kB`.padStart(9);

const entry = needed("index.html");
const atFeed = { js: new Set([...entry.js, "begin.js"]), css: new Set(entry.css) };
needed("src/ui/WhyCard.svelte", atFeed);
console.log(`feed page, script    ${kb(weigh(atFeed.js))} gzipped (budget ${kb(BUDGET_BYTES).trim()})`);
console.log(`feed page, styles    ${kb(weigh(atFeed.css))} gzipped`);
for (const key of Object.keys(manifest).filter((name) => manifest[name].isDynamicEntry)) {
  const extra = [...needed(key).js].filter((name) => !entry.js.has(name));
  console.log(`  on demand ${kb(weigh(extra))}  ${key.replace("node_modules/", "")}`);
}
if (process.argv.includes("--hold") && weigh(atFeed.js) > BUDGET_BYTES) {
  console.error(`The feed page is ${weigh(atFeed.js) - BUDGET_BYTES} bytes over its budget: load something of it on demand.`);
  process.exit(1);
}
