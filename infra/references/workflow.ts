import type { Manifest } from "../validate-manifest.ts";
import { nameOf, type Objects } from "./objects.ts";
import { listAt, textAt, textsIn, under } from "./tree.ts";

/** Templates, steps and parameters that a WorkflowTemplate names: each exists in it. */
export function workflowFaults(objects: Objects): string[] {
  return objects
    .ofKind("WorkflowTemplate")
    .flatMap((template) => faultsOf(template).map((fault) => `${nameOf(template)}: ${fault}`));
}

function faultsOf(template: Manifest): string[] {
  const templates = listAt(template, "spec.templates");
  const names = templates.map((each) => textAt(each, "name"));
  const called = [
    textAt(template, "spec.entrypoint"),
    textAt(template, "spec.onExit"),
    ...under(templates, "template"),
  ];
  const parameters = namesAt(template, "spec.arguments.parameters");
  return [
    ...called.filter((name) => !names.includes(String(name))).map((name) => `template ${name} does not exist`),
    ...names.filter((name) => !called.includes(name)).map((name) => `template ${name} is never used`),
    ...used(template, /\{\{workflow\.parameters\.(\w+)\}\}/g)
      .filter((name) => !parameters.includes(name))
      .map((name) => `parameter ${name} does not exist`),
    ...parameters
      .filter((name) => !used(template, /\{\{workflow\.parameters\.(\w+)\}\}/g).includes(name))
      .map((name) => `parameter ${name} is handed to no program`),
    ...templates.flatMap((each) => templateFaults(each, templates)),
  ];
}

function templateFaults(template: unknown, templates: readonly unknown[]): string[] {
  const name = textAt(template, "name");
  const inputs = namesAt(template, "inputs.parameters");
  const steps = listAt(template, "steps").flat();
  const earlier = steps.map((step) => textAt(step, "name"));
  const mounts = listAt(template, "container.volumeMounts").map((mount) => textAt(mount, "name"));
  const volumes = namesAt(template, "volumes");
  const calls = steps.flatMap((step) => {
    const target = templates.find((each) => textAt(each, "name") === textAt(step, "template"));
    const given = namesAt(step, "arguments.parameters");
    const wanted = namesAt(target, "inputs.parameters");
    return [
      ...wanted.filter((each) => !given.includes(each)).map((each) => `gets no ${each}`),
      ...given.filter((each) => !wanted.includes(each)).map((each) => `is given ${each}, which it does not take`),
    ].map((fault) => `step ${textAt(step, "name")} ${fault}`);
  });
  return [
    ...used(template, /\{\{inputs\.parameters\.(\w+)\}\}/g)
      .filter((each) => !inputs.includes(each))
      .map((each) => `input ${each} does not exist`),
    ...used(template, /\{\{steps\.(\w+)\./g)
      .filter((each) => !earlier.includes(each))
      .map((each) => `step ${each} does not exist`),
    ...calls,
    ...mounts.filter((each) => !volumes.includes(String(each))).map((each) => `volume ${each} does not exist`),
    ...outputFaults(template),
  ].map((fault) => `template ${name}: ${fault}`);
}

/** What is collected as an output lies in a folder that the container can write. */
function outputFaults(template: unknown): string[] {
  const folders = listAt(template, "container.volumeMounts").map((mount) => `${textAt(mount, "mountPath")}/`);
  return listAt(template, "outputs.parameters")
    .map((output) => textAt(output, "valueFrom.path") ?? "")
    .filter((path) => !folders.some((folder) => path.startsWith(folder)))
    .map((path) => `output ${path} lies in no volume`);
}

function namesAt(tree: unknown, path: string): string[] {
  return listAt(tree, path).flatMap((each) => textAt(each, "name") ?? []);
}

function used(tree: unknown, pattern: RegExp): string[] {
  const names = textsIn(tree).flatMap((text) => [...text.matchAll(pattern)].map((match) => match[1] ?? ""));
  return [...new Set(names)];
}
