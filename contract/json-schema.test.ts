import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { taskJsonSchema } from "./json-schema.ts";

test("the published schema is the one the code has (npm run schema writes it)", () => {
  expect(readFileSync(new URL("../docs/task.schema.json", import.meta.url), "utf8")).toBe(taskJsonSchema());
});
