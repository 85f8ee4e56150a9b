import * as z from "zod";
import type { Cluster } from "../cluster/cluster.ts";
import type { SetPorts } from "./expected-flows.ts";

const containerSchema = z.object({
  env: z.array(z.object({ name: z.string(), value: z.string().optional() })).default([]),
});
const deploymentSchema = z.object({
  spec: z.object({ template: z.object({ spec: z.object({ containers: z.array(containerSchema) }) }) }),
});
const templateSchema = z.object({
  spec: z.object({ templates: z.array(z.object({ container: containerSchema.optional() })) }),
});

/** What the deployed programs are told of addresses: the ports that the settings decided. */
export async function setPorts(
  cluster: Cluster,
  namespaces: { service: string; workflows: string },
): Promise<SetPorts> {
  const get = (...what: readonly string[]) => cluster.kubectlJson<unknown>(["get", ...what]);
  const serve = deploymentSchema.parse(await get("deployment", "froussard-serve", "--namespace", namespaces.service));
  const template = templateSchema.parse(
    await get("workflowtemplate", "github-codex-task", "--namespace", namespaces.workflows),
  );
  const variables = [
    ...serve.spec.template.spec.containers,
    ...template.spec.templates.flatMap(({ container }) => container ?? []),
  ].flatMap(({ env }) => env);
  const told = (name: string) => variables.find((variable) => variable.name === name)?.value;
  const portOf = (address: string | undefined) => {
    if (address === undefined) return 443;
    const { port, protocol } = new URL(address);
    return Number(port) || (protocol === "http:" ? 80 : 443);
  };
  const brokers = told("KAFKA_BROKERS");
  if (brokers === undefined) throw new Error("froussard-serve has no KAFKA_BROKERS");
  return {
    kafka: Number(brokers.slice(brokers.lastIndexOf(":") + 1)),
    github: portOf(told("GITHUB_API_BASE_URL")),
    model: portOf(told("OPENAI_BASE_URL")),
  };
}
