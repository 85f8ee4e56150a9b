import { consumerGroup, parameters, topics, workflowTemplate } from "@froussard/contract";
import type { ClusterObjects } from "./cluster-objects.ts";
import { type ShellCommand, unknown } from "./shell-commands.ts";

/** What kubectl calls the kinds that documentation names. */
const kinds: Readonly<Record<string, string>> = {
  application: "Application",
  applications: "Application",
  configmap: "ConfigMap",
  deploy: "Deployment",
  deployment: "Deployment",
  endpoints: "Endpoints",
  eventbus: "EventBus",
  eventsource: "EventSource",
  kafka: "Kafka",
  kafkatopic: "KafkaTopic",
  kafkauser: "KafkaUser",
  namespace: "Namespace",
  secret: "Secret",
  sensor: "Sensor",
  service: "Service",
  serviceaccount: "ServiceAccount",
  svc: "Service",
  workflowtemplate: "WorkflowTemplate",
};

/** What is wrong with the names in a command for kubectl, argo or Kafka's tools; others' commands have none. */
export function misnamedResources(command: ShellCommand, cluster: ClusterObjects): string[] {
  const name = command.program.split("/").at(-1) ?? "";
  if (name === "kubectl") return [...namespaceFaults(command, cluster), ...kubectlFaults(command, cluster)];
  if (name === "argo") return [...namespaceFaults(command, cluster), ...argoFaults(command)];
  if (/^kafka-[a-z-]+\.sh$/.test(name)) return kafkaFaults(command, name);
  return [];
}

/** The values of an option, given as `--name value`, `--name=value` or `-n value`. */
function valuesOf({ arguments: args }: ShellCommand, ...names: string[]): string[] {
  return args.flatMap((arg, index) => {
    if (names.includes(arg)) return args[index + 1] ?? [];
    const name = names.find((each) => arg.startsWith(`${each}=`));
    return name === undefined ? [] : arg.slice(name.length + 1);
  });
}

const isKnown = (text: string) => !text.includes(unknown);

function namespaceFaults(command: ShellCommand, { namespaces }: ClusterObjects): string[] {
  return valuesOf(command, "-n", "--namespace")
    .filter((name) => isKnown(name) && !namespaces.has(name))
    .map((name) => `there is no namespace ${name}`);
}

function kubectlFaults(command: ShellCommand, { objects, labels }: ClusterObjects): string[] {
  const [namespace = ""] = valuesOf(command, "-n", "--namespace");
  const faults = valuesOf(command, "-l", "--selector")
    .flatMap((selector) => selector.split(","))
    .filter((label) => isKnown(label) && label.includes("=") && !labels.has(label))
    .map((label) => `nothing has the label ${label}`);
  for (const [kind, name] of named(command)) {
    const id = `${kind}/${namespace}/${name}`;
    const isThere = namespace.includes(unknown)
      ? [...objects].some((each) => each.startsWith(`${kind}/`) && each.endsWith(`/${name}`))
      : objects.has(id) || (namespace === "" && objects.has(`${kind}//${name}`));
    if (!isThere) faults.push(`there is no ${kind} ${namespace}/${name}`);
  }
  return faults;
}

/** Objects that a command names, as `kind/name`, or as a kind and the names after it. */
function named({ arguments: args }: ShellCommand): [kind: string, name: string][] {
  const words = args.filter((arg, index) => !arg.startsWith("-") && !takesValue(args[index - 1]));
  const found: [string, string][] = [];
  const end = words.indexOf("--");
  let kind: string | undefined;
  for (const word of end < 0 ? words : words.slice(0, end)) {
    const [left = "", right] = word.split("/");
    const of = kinds[left.toLowerCase()];
    if (right !== undefined && of !== undefined && isKnown(right)) found.push([of, right]);
    else if (right === undefined && kind !== undefined && !left.includes(",") && isKnown(left) && left !== "generic")
      for (const each of left.split(",")) found.push([kind, each]);
    // Two kinds at once, `service,endpoints`, are both asked for the names that follow; the first is enough here.
    if (right === undefined && kind === undefined) kind = kinds[(left.split(",")[0] ?? "").toLowerCase()];
  }
  return found;
}

function takesValue(option: string | undefined): boolean {
  return (
    option !== undefined &&
    /^(?:-[nlofpc]|--(?:namespace|selector|output|patch|type|container|timeout|for|image|since|tail))$/.test(option)
  );
}

function argoFaults(command: ShellCommand): string[] {
  const from = valuesOf(command, "--from")
    .filter((name) => isKnown(name) && name !== `workflowtemplate/${workflowTemplate}`)
    .map((name) => `there is no ${name}`);
  const wrong = valuesOf(command, "-p", "--parameter")
    .map((pair) => pair.split("=")[0] ?? "")
    .filter((name) => !parameters.some((each) => each === name))
    .map((name) => `the template has no parameter ${name}`);
  return [...from, ...wrong];
}

function kafkaFaults(command: ShellCommand, tool: string): string[] {
  const known: readonly string[] = Object.values(topics);
  const topicFaults = valuesOf(command, "--topic")
    .filter((name) => isKnown(name) && !known.includes(name))
    .map((name) => `there is no topic ${name}`);
  const groups = valuesOf(command, "--group").filter(isKnown);
  // What a person reads in the EventSource's group, the EventSource does not get.
  const groupFaults = tool.includes("console-consumer")
    ? groups.filter((name) => name === consumerGroup).map((name) => `whoever reads in ${name} takes tasks away`)
    : groups.filter((name) => name !== consumerGroup).map((name) => `no consumer is in the group ${name}`);
  return [...topicFaults, ...groupFaults];
}
