import { writeFileSync } from "node:fs";
import { pages } from "./docs/pages.ts";
import { readSettings } from "./settings/read-settings.ts";
import { settings } from "./settings.ts";

/** Writes the generated pages of docs/. */
for (const [file, text] of Object.entries(pages(readSettings(settings))))
  writeFileSync(new URL(`../docs/${file}`, import.meta.url), text);
