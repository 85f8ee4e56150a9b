import { type Parameter, parameters, taskFields } from "@froussard/contract";
import type { Variables } from "../environment.ts";

/** Parameters that carry a text written by people, or where to read one: only for runs by hand. */
const texts = parameters.filter(
  (name) => name.endsWith("Url") || (name in taskFields && taskFields[name]?.meta()?.argo === undefined),
);

/** The environment variable that hands a parameter over: `issueNumber` is `TASK_ISSUE_NUMBER`, `taskId` is `TASK_ID`. */
export function taskVariable(parameter: Parameter): string {
  if (parameter === "taskId") return "TASK_ID";
  return `TASK_${parameter.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** The task as a run's parameters tell it; an empty value counts as absent. */
export function taskVariables(): Variables {
  return variables(parameters);
}

/** The same without texts: ids, names and hashes. */
export function taskIdVariables(): Variables {
  return variables(parameters.filter((name) => !texts.includes(name)));
}

function variables(names: readonly Parameter[]): Variables {
  return Object.fromEntries(names.map((name) => [taskVariable(name), `{{workflow.parameters.${name}}}`]));
}
