import type { Manifest } from "../validate-manifest.ts";
import { nameOf, namespaceOf, type Objects } from "./objects.ts";
import { at, fieldsAt, listAt, textAt, under } from "./tree.ts";

/** From event bus to Workflow: every EventBus, EventSource, event, dependency, template and parameter that is named exists. */
export function eventFaults(objects: Objects): string[] {
  const buses = objects.ofKind("EventSource", "Sensor").flatMap((object) => {
    const bus = textAt(object, "spec.eventBusName") ?? "default";
    return objects.find("EventBus", namespaceOf(object), bus)
      ? []
      : [`${nameOf(object)}: EventBus ${namespaceOf(object)}/${bus} does not exist`];
  });
  return [...buses, ...objects.ofKind("Sensor").flatMap((sensor) => sensorFaults(objects, sensor))];
}

function sensorFaults(objects: Objects, sensor: Manifest): string[] {
  const dependencies = listAt(sensor, "spec.dependencies");
  const known = dependencies.map((dependency) => textAt(dependency, "name"));
  const sources = dependencies.flatMap((dependency) => {
    const [name, event] = [textAt(dependency, "eventSourceName"), textAt(dependency, "eventName") ?? ""];
    const source = objects.find("EventSource", namespaceOf(sensor), name);
    if (!source) return [`EventSource ${namespaceOf(sensor)}/${name} does not exist`];
    const events = Object.keys(fieldsAt(source, "spec.kafka"));
    return events.includes(event) ? [] : [`${nameOf(source)} has no event ${event}, only ${events.join(", ")}`];
  });
  const names = [...under(sensor, "dependencyName"), ...under(sensor, "conditions")]
    .filter((name) => !known.includes(String(name)))
    .map((name) => `dependency ${name} does not exist; what refers to it would silently be left out`);
  const resources = under(sensor, "k8s").flatMap((trigger) => resourceFaults(objects, trigger));
  return [...new Set([...sources, ...names, ...resources])].map((fault) => `${nameOf(sensor)}: ${fault}`);
}

/** The Workflow that a trigger makes: its template and arguments exist, and every value has a place that does. */
function resourceFaults(objects: Objects, trigger: unknown): string[] {
  const resource = at(trigger, "source.resource");
  const namespace = textAt(resource, "metadata.namespace") ?? "";
  const name = textAt(resource, "spec.workflowTemplateRef.name");
  const template = objects.find("WorkflowTemplate", namespace, name);
  if (!template) return [`WorkflowTemplate ${namespace}/${name} does not exist`];
  const declared = listAt(template, "spec.arguments.parameters").map((parameter) => textAt(parameter, "name"));
  const filled = listAt(resource, "spec.arguments.parameters").map((parameter) => textAt(parameter, "name"));
  const required = listAt(template, "spec.arguments.parameters")
    .filter((parameter) => at(parameter, "value") === undefined && at(parameter, "default") === undefined)
    .map((parameter) => textAt(parameter, "name"));
  const mapped = listAt(trigger, "parameters").map((parameter) => ({
    dest: textAt(parameter, "dest") ?? "",
    field: fieldOf(parameter),
  }));
  const targetOf = (dest: string) => /^spec\.arguments\.parameters\.(\d+)\.value$/.exec(dest)?.[1];
  return [
    ...filled
      .filter((each) => !declared.includes(each))
      .map((each) => `${nameOf(template)} has no parameter ${each}, which the trigger fills`),
    ...required
      .filter((each) => !filled.includes(each))
      .map((each) => `${nameOf(template)} needs parameter ${each}, which the trigger does not fill`),
    ...mapped.flatMap(({ dest, field }) => {
      const index = targetOf(dest);
      if (index === undefined || filled[Number(index)] === field) return [];
      return [`${dest} is parameter ${filled[Number(index)]}, but is filled with ${field}`];
    }),
    ...filled
      .filter((_, index) => !mapped.some(({ dest }) => targetOf(dest) === String(index)))
      .map((each) => `parameter ${each} of the Workflow is filled with nothing`),
  ];
}

/** The field of the message that a parameter is filled with, by a template or a key. */
function fieldOf(parameter: unknown): string | undefined {
  const template = textAt(parameter, "src.dataTemplate");
  return template === undefined
    ? textAt(parameter, "src.dataKey")?.replace(/^body\./, "")
    : /\.Input\.body\.(\w+)/.exec(template)?.[1];
}
