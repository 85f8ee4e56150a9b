import { headers, topics } from "@froussard/contract";
import { openEmbeddedQueue } from "../embedded-queue.ts";

/** Child process of the kill -9 test: publishes task after task and prints each id once `publish` has resolved. */
const [path = "", prefix = ""] = process.argv.slice(2);
const queue = openEmbeddedQueue({ path });
for (let n = 1; ; n++) {
  const taskId = `${prefix}-${n}`;
  await queue.publish([
    { topic: topics.webhookEvents, key: taskId, headers: {}, value: "raw" },
    { topic: topics.codexTasks, key: `o/r#${n % 7}`, headers: { [headers.taskId]: taskId }, value: `task ${taskId}` },
  ]);
  process.stdout.write(`${taskId}\n`);
}
