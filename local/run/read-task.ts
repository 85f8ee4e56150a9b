import { taskSchema } from "@froussard/contract";

/** A task message as it lies in the queue, checked. */
export function readTask(value: string | Uint8Array): ReturnType<typeof taskSchema.safeParse> {
  try {
    return taskSchema.safeParse(JSON.parse(Buffer.from(value).toString("utf8")));
  } catch {
    // The schema refuses undefined, with a message.
    return taskSchema.safeParse(undefined);
  }
}
