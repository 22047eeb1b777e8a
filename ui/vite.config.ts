import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// Where a developer's server answers (`npm run dev`); pages and data come from one address.
const backend = process.env.VENTURI_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  base: "./",
  build: {
    outDir: process.env.VENTURI_UI_OUT ?? "../src/venturi/ui_dist",
    emptyOutDir: true,
    manifest: true,
    target: "es2022",
    // Everything is a file of its own: the security policy allows no inline script and no data: font.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2000,
  },
  // The server writes a fresh number into each answer; see api/pages/static.py.
  html: { cspNonce: "{{nonce}}" },
  worker: { format: "es" },
  server: {
    proxy: Object.fromEntries(["/api", "/ui", "/auth", "/openapi.json"].map((path) => [path, backend])),
  },
});
