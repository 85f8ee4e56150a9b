import {
  deadLetterFields,
  parameters,
  taskFields,
  taskIdPattern,
  taskSchema,
  workflowTemplate,
} from "@froussard/contract";
import * as z from "zod";

/** A value that the Sensor takes from a message, by a key or a template, and where it puts it. */
export interface Mapping {
  src: { dependencyName: string; dataKey?: string; dataTemplate?: string; value?: string };
  dest: string;
}

/** What a text that crosses Argo may hold, in Go's dialect: all that the contract's patterns hold, and no braces, which Argo evaluates. */
const plainText = "^[A-Za-z0-9._/+@=:~%#\\[\\]-]{1,500}$";

/** Task fields that become arguments of the Workflow, in the order of the template's parameters. */
export const mappedArguments = parameters.filter((name) => taskFields[name]?.meta()?.argo === "argument");

/** Task fields that become annotations: what differs between two messages of one task. */
export const mappedAnnotations = Object.keys(taskFields).filter(
  (name) => taskFields[name]?.meta()?.argo === "annotation",
);

/** Whether every message has the field, of whatever stage. */
function isAlwaysThere(field: string): boolean {
  return taskSchema.options.every(({ shape }) => {
    const schema = (shape as typeof taskFields)[field];
    return schema !== undefined && !schema.isOptional();
  });
}

/** The annotation's name: `deliveryId` is `codex-task/delivery-id`. */
export function annotationName(field: string): string {
  return `codex-task/${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The Workflow as it is before a message's values are put in. Nothing but arguments: the rest is the template's. */
export function workflowOf(namespace: string) {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { name: "", namespace, annotations: {} },
    spec: {
      workflowTemplateRef: { name: workflowTemplate },
      arguments: { parameters: mappedArguments.map((name) => ({ name, value: "" })) },
    },
  };
}

/** How a message becomes a Workflow. By index, for that is how Argo Events addresses a parameter. */
export function taskMapping(dependencyName: string): Mapping[] {
  const take = (field: string, dest: string): Mapping => ({ src: source(dependencyName, field), dest });
  return [
    take("taskId", "metadata.name"),
    ...mappedAnnotations.map((field) => take(field, `metadata.annotations.${annotationName(field)}`)),
    ...mappedArguments.map((field, index) => take(field, `spec.arguments.parameters.${index}.value`)),
  ];
}

/** What is told of a message that became no Workflow. */
export function deadLetterMapping(dependencyName: string): Mapping[] {
  return deadLetterFields.map((field) => ({
    src: { dependencyName, dataKey: `body.${field}`, value: "" },
    dest: field,
  }));
}

/**
 * By a template, so that a message of whatever origin brings nothing that the controller would evaluate, and names no
 * Workflow but a task's. What does not match is as if it were missing: that fails the whole trigger, unless the field may
 * be missing and has a value. No key beside the template: Argo Events would fall back to it.
 */
function source(dependencyName: string, field: string): Mapping["src"] {
  return { dependencyName, dataTemplate: template(field), ...(!isAlwaysThere(field) && { value: "" }) };
}

/** Numbers come as floating point; `int64` keeps their digits, and makes 0 of what is none. */
function template(field: string): string {
  const value = `.Input.body.${field}`;
  if (taskFields[field] instanceof z.ZodNumber) return `{{ with ${value} }}{{ int64 . }}{{ end }}`;
  return `{{ regexFind \`${field === "taskId" ? taskIdPattern.source : plainText}\` ${value} }}`;
}
