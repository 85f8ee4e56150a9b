import * as z from "zod";
import { taskSchema } from "./task.ts";

/** The JSON Schema (draft 2020-12) of a task message, as published in `docs/task.schema.json`. */
export function taskJsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(taskSchema, { io: "input" }), null, 2)}\n`;
}
