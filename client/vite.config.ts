import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vitest/config";

/** The pages that the server makes. */
const SERVED = "^/(log|policies|witnesses|threat-model|specs|docs|tlog)(/|\\?|$)";

/**
 * `npm run dev` talks to a real server named by PLAINVIEW_SERVER (http://127.0.0.1:PORT), or, when
 * PLAINVIEW_FAKE=1, to the small stand-in of dev/, which no build contains.
 */
export default defineConfig(async ({ command }) => {
  const plugins: Plugin[] = [...svelte()] as Plugin[];
  if (command === "serve" && process.env["PLAINVIEW_FAKE"] === "1") {
    const { standIn } = await import("./dev/stand_in.ts");
    plugins.push(standIn() as unknown as Plugin);
  }
  const server = process.env["PLAINVIEW_SERVER"];
  return {
    plugins,
    build: {
      outDir: "../src/plainview/app/static",
      emptyOutDir: true,
      target: "es2022",
      assetsInlineLimit: 0,
      modulePreload: false,
      manifest: true,
      reportCompressedSize: false,
    },
    server: {
      strictPort: false,
      proxy: server
        ? Object.fromEntries(
            ["/api", "/media", "/avatars", "/healthz", "/operator?", "/tlog", SERVED].map((path) => [path, server]),
          )
        : {},
    },
    test: { include: ["tests/**/*.test.ts"], environment: "node" },
  };
});
