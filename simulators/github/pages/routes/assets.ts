import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Hono } from "hono";
import { etag } from "hono/etag";
import type { PagesEnv } from "../page-context.ts";

const beside = (name: string) => new URL(`../assets/${name}`, import.meta.url);
const sources: Record<string, { file: URL; type: string }> = {
  "page.css": { file: beside("page.css"), type: "text/css" },
  "page.js": { file: beside("page.js"), type: "text/javascript" },
  "icon.svg": { file: beside("icon.svg"), type: "image/svg+xml" },
  // Changes a page into its next version without losing focus or what was typed.
  "idiomorph.js": {
    file: new URL("idiomorph.min.js", import.meta.resolve("idiomorph")),
    type: "text/javascript",
  },
};

/** The style sheet and the scripts, as they lie on disk: there is no build step. */
export function assetRoutes(app: Hono<PagesEnv>): void {
  const assets = new Map(
    Object.entries(sources).map(([name, { file, type }]) => [name, { text: readFileSync(fileURLToPath(file)), type }]),
  );
  app.get("/-/assets/:name", etag(), (c) => {
    const asset = assets.get(c.req.param("name"));
    if (!asset) return c.notFound();
    return c.body(new Uint8Array(asset.text), 200, {
      "content-type": `${asset.type}; charset=utf-8`,
      "cache-control": "no-cache",
    });
  });
}
