import { expect, test } from "vitest";
import { deadLetterFields, deadLetterSchema } from "./dead-letter.ts";
import { taskFields } from "./task.ts";

test.each(deadLetterFields)("%s is a field of the task that may cross Argo", (name) => {
  expect(taskFields[name]?.meta()?.argo).toBeDefined();
});

test("a dead letter of a message that had nothing is still one", () => {
  const empty = Object.fromEntries(deadLetterFields.map((name) => [name, ""]));
  expect(deadLetterSchema.parse(empty)).toEqual(empty);
  expect(deadLetterSchema.safeParse({}).success).toBe(false);
});
