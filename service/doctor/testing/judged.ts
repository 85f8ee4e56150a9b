import type { Status } from "../../checks/finding.ts";
import { asControllersLeaveIt, createdSecrets, synthesizedObjects } from "../../testing/deployed-objects.ts";
import type { KubernetesObject } from "../../testing/fake-cluster.ts";
import { defaultNamespaces } from "../deployed-names.ts";
import type { Finding } from "../doctor-report.ts";
import type { ClusterFacts } from "../kubernetes/cluster-facts.ts";
import { readCluster } from "../kubernetes/read-cluster.ts";
import { judgeCluster } from "../run-doctor.ts";
import { byKey, objectReader } from "./object-reader.ts";

const values = {
  webhookSecret: "a-webhook-secret-of-some-length",
  githubToken: "ghp_0123456789abcdef",
  openaiKey: "sk-0123456789",
  kafkaPasswords: { service: "password-of-the-service", consumer: "password-of-the-consumer" },
};
const healthy = asControllersLeaveIt([...synthesizedObjects(), ...createdSecrets(values)]);

export type Objects = Map<string, KubernetesObject>;

/** For tests only: what is found in a deployment as `dist/` has it, once something in it was broken. */
export async function judged(
  break_: (objects: Objects) => void,
  {
    refused = [],
    absent = [],
    facts = {},
  }: { refused?: readonly string[]; absent?: readonly string[]; facts?: Partial<ClusterFacts> } = {},
): Promise<Finding[]> {
  const objects = byKey(healthy);
  break_(objects);
  const seen = await readCluster(objectReader(objects, { refused, absent }), defaultNamespaces);
  return judgeCluster({ ...seen, ...facts });
}

export const short = ({ status, id, about, found }: Finding) =>
  `${status} ${id}${about === undefined ? "" : ` ${about}`}: ${found}`;

export const notOk = (findings: readonly Finding[], status?: Status) =>
  findings.filter((each) => (status ? each.status === status : each.status !== "ok"));

/** For tests only: a Workflow that was made so many minutes ago. */
export function addWorkflow(
  all: Objects,
  name: string,
  { minutes, ...status }: { minutes: number; phase?: string; message?: string },
) {
  const creationTimestamp = new Date(Date.now() - minutes * 60_000).toISOString();
  all.set(`Workflow argo-workflows/${name}`, {
    ...{ apiVersion: "argoproj.io/v1alpha1", kind: "Workflow" },
    metadata: { name, namespace: "argo-workflows", creationTimestamp },
    status,
  });
}
