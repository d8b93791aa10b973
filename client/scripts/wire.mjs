// Writes src/edge/wire.d.ts from a running server: `npm run wire http://127.0.0.1:8080`.
import { readFileSync, writeFileSync } from "node:fs";
import openapi, { astToString } from "openapi-typescript";

const from = process.argv[2] ?? "http://127.0.0.1:8080";
const out = new URL("../src/edge/wire.d.ts", import.meta.url);
const source = from.startsWith("http") ? await (await fetch(`${from}/api/v1/openapi.json`)).json() : JSON.parse(readFileSync(from, "utf8"));
const head = "/** Generated from the server's /api/v1/openapi.json by `npm run wire`. Not edited by hand. */\n";
// An answer always has all its fields; only what the client sends may leave some out.
const types = await openapi(source, { alphabetize: true, defaultNonNullable: true, excludeDeprecated: true });
writeFileSync(out, head + astToString(types));
console.log(`wrote ${out.pathname}`);
