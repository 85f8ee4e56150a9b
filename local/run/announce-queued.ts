import { headers, topics } from "@froussard/contract";
import type { EmbeddedQueue } from "froussard/embedded-queue";
import type { Tell } from "../view/event.ts";
import { readTask } from "./read-task.ts";
import { taskFacts } from "./task-facts.ts";

/** The same queue, which tells of each task that is new in it. */
export function announceQueued(queue: EmbeddedQueue, tell: Tell): EmbeddedQueue {
  return {
    ...queue,
    async publish(records) {
      const before = await queue.liveTasks();
      await queue.publish(records);
      const after = await queue.liveTasks();
      for (const { topic, value, headers: given } of records) {
        const id = given[headers.taskId];
        if (topic !== topics.codexTasks || id === undefined || before.has(id) || !after.has(id)) continue;
        const { data } = readTask(value);
        if (data) tell({ event: "queued", ...taskFacts(data) });
      }
    },
  };
}
