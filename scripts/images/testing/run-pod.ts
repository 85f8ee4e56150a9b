import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import * as z from "zod";

const user = z.object({ runAsUser: z.int(), runAsGroup: z.int() });
const quantity = z.string().regex(/^\d+[MG]i$/);
const template = z.object({
  name: z.string(),
  securityContext: user.optional(),
  container: z
    .object({
      image: z.string(),
      command: z.array(z.string()),
      args: z.array(z.string()),
      env: z.array(
        z.union([
          z.strictObject({ name: z.string(), value: z.string() }),
          z.strictObject({
            name: z.string(),
            valueFrom: z.strictObject({ secretKeyRef: z.object({ name: z.string(), key: z.string() }) }),
          }),
        ]),
      ),
      resources: z.object({ limits: z.object({ memory: quantity }) }),
      volumeMounts: z.array(z.object({ mountPath: z.string() })).default([]),
    })
    .optional(),
});
const workflowTemplate = z.object({
  kind: z.literal("WorkflowTemplate"),
  spec: z.object({ securityContext: user, templates: z.array(template) }),
});

/** What Kubernetes starts for one template of a run. */
export interface RunPod {
  image: string;
  command: readonly string[];
  arguments: readonly string[];
  environment: Record<string, string>;
  /** `uid:gid`. */
  user: string;
  /** Where its volumes are, all of them writable. */
  folders: readonly string[];
  memoryBytes: number;
}

const file = join(import.meta.dirname, "../../../dist/argocd/applications/froussard/runs.yaml");

/**
 * The pod of a template as dist/ has it. `values` are what Argo puts in for `{{…}}`, by the text between the braces (a
 * parameter that is not among them is empty), and the Secrets' keys as `<name>/<key>`.
 * @throws Error for a value that is neither
 */
export function runPod(name: "mediator" | "agent" | "report", values: Readonly<Record<string, string>>): RunPod {
  const documents = parseAllDocuments(readFileSync(file, "utf8")).map((each): unknown => each.toJS());
  const { spec } =
    documents.flatMap((each) => workflowTemplate.safeParse(each).data ?? [])[0] ?? missing("WorkflowTemplate");
  const found = spec.templates.find((each) => each.name === name) ?? missing(`template ${name}`);
  const { image, command, args, env, resources, volumeMounts } = found.container ?? missing(`container of ${name}`);
  const { runAsUser, runAsGroup } = found.securityContext ?? spec.securityContext;
  const value = (key: string) =>
    values[key] ?? (key.startsWith("workflow.parameters.") ? "" : missing(`a value for ${key}`));
  const environment = env.map((each): [string, string] => {
    if ("valueFrom" in each) {
      const { secretKeyRef } = each.valueFrom;
      return [each.name, value(`${secretKeyRef.name}/${secretKeyRef.key}`)];
    }
    return [each.name, each.value.replaceAll(/\{\{(.*?)\}\}/g, (_, key: string) => value(key))];
  });
  return {
    image,
    command,
    arguments: args,
    environment: Object.fromEntries(environment),
    user: `${runAsUser}:${runAsGroup}`,
    folders: volumeMounts.map(({ mountPath }) => mountPath),
    memoryBytes: bytesOf(resources.limits.memory),
  };
}

function bytesOf(text: string): number {
  return Number.parseInt(text, 10) * (text.endsWith("Gi") ? 1024 ** 3 : 1024 ** 2);
}

function missing(what: string): never {
  throw new Error(`${file} or this test lacks ${what}`);
}
