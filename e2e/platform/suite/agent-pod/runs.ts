import { taskIdPattern } from "@froussard/contract";
import * as z from "zod";
import type { Cluster } from "../../cluster/cluster.ts";

const workflowSchema = z.object({
  metadata: z.object({ name: z.string(), uid: z.string() }),
  spec: z.object({
    arguments: z
      .object({ parameters: z.array(z.object({ name: z.string(), value: z.string().optional() })).default([]) })
      .default({ parameters: [] }),
  }),
  status: z
    .object({
      phase: z.string().optional(),
      nodes: z
        .record(
          z.string(),
          z.object({
            templateName: z.string().optional(),
            type: z.string(),
            phase: z.string().optional(),
            outputs: z
              .object({
                parameters: z.array(z.object({ name: z.string(), value: z.string().optional() })).default([]),
                artifacts: z.array(z.unknown()).default([]),
                exitCode: z.string().optional(),
              })
              .optional(),
          }),
        )
        .default({}),
    })
    .optional(),
});
export type Run = z.output<typeof workflowSchema>;

const tableSchema = z.object({ rows: z.array(z.object({ cells: z.tuple([z.string()], z.unknown()) })) });

/** Runs of an issue. Of all Workflows only the names are read: all of them together are megabytes after a while. */
export async function runsOf(cluster: Cluster, namespace: string, issueNumber: number): Promise<Run[]> {
  const workflows = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflows`;
  const table = await cluster.look(`${workflows}?includeObject=None`, "application/json;as=Table;v=v1;g=meta.k8s.io");
  const names = tableSchema.parse(table).rows.map(({ cells: [name] }) => name);
  // One that a person has submitted has a name of another form.
  const candidates = names.filter((name) => !taskIdPattern.test(name) || name.split("-")[2] === String(issueNumber));
  const runs = await Promise.all(
    candidates.map(async (name) => workflowSchema.optional().parse(await cluster.look(`${workflows}/${name}`))),
  );
  return runs.filter(
    (run): run is Run =>
      run?.spec.arguments.parameters.some(
        ({ name, value }) => name === "issueNumber" && value === String(issueNumber),
      ) ?? false,
  );
}

export const hasEnded = ({ status }: Run): boolean => ["Succeeded", "Failed", "Error"].includes(status?.phase ?? "");

/** What became of each pod of a template. */
export const podNodes = ({ status }: Run, template: string) =>
  Object.values(status?.nodes ?? {}).filter(({ type, templateName }) => type === "Pod" && templateName === template);

/** How often mediator and agent were begun. */
export const triesOf = (run: Run): number => podNodes(run, "agent").length;
