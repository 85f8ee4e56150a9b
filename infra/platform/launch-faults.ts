import { type Task, taskFields } from "@froussard/contract";
import type { GoldenMessage } from "../testing/golden-messages.ts";
import type { Launch, LaunchReport } from "./launch-tasks.ts";

/** Fields of a task that hold what people write; none of them may cross Argo. */
export const peoplesTexts = Object.keys(taskFields).filter((field) => taskFields[field]?.meta()?.argo === undefined);

/** What is wrong with what the Sensor makes of messages that it must make a Workflow of, one line each. */
export function launchFaults({ problems, launches }: LaunchReport, messages: readonly GoldenMessage[]): string[] {
  const each = messages.flatMap(({ name, task }) => {
    const own = launches.filter(({ record }) => record === name);
    if (own.length === 0) return [`the Sensor makes nothing of "${name}"`];
    return own.flatMap((launch) => faultsOf(launch, task).map((fault) => `the Sensor makes of "${name}" ${fault}`));
  });
  return [...problems, ...each];
}

function faultsOf({ error, object }: Launch, task: Task): string[] {
  if (error !== undefined) return [`no Workflow: ${error}`];
  const named = object?.metadata.name;
  const whole = JSON.stringify(object);
  const passedOn = peoplesTexts.filter((field) => {
    const text = task[field as keyof Task] ?? "";
    return text !== "" && whole.includes(JSON.stringify(text).slice(1, -1));
  });
  return [
    ...(named === task.taskId ? [] : [`a Workflow named "${named}", not "${task.taskId}" by its taskId`]),
    ...passedOn.map((field) => `a Workflow that holds ${field}, which people write`),
  ];
}
