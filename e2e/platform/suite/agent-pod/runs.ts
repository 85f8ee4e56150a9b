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

/** Runs of an issue. */
export async function runsOf(cluster: Cluster, namespace: string, issueNumber: number): Promise<Run[]> {
  const listed = await cluster.kubectlJson<unknown>(["get", "workflows", "--namespace", namespace]);
  return z
    .object({ items: z.array(workflowSchema) })
    .parse(listed)
    .items.filter(({ spec }) =>
      spec.arguments.parameters.some(({ name, value }) => name === "issueNumber" && value === String(issueNumber)),
    );
}

export const hasEnded = ({ status }: Run): boolean => ["Succeeded", "Failed", "Error"].includes(status?.phase ?? "");
