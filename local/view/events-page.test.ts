import { join } from "node:path";
import { expect, test } from "vitest";
import { eventSchema } from "./event.ts";
import { eventsPage } from "./events-page.ts";

test("docs/local-events.md is what the schema says", async () => {
  await expect(eventsPage()).toMatchFileSnapshot(join(import.meta.dirname, "..", "..", "docs", "local-events.md"));
});

test("every event and every field is explained", () => {
  expect(eventsPage()).not.toMatch(/^ *- `\w+`(?: \(may be absent\))?: ?$/m);
  for (const { description } of eventSchema.options) expect(description).toBeTruthy();
});
