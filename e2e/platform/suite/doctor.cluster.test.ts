import { execFile } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { kafkaUsers, secrets } from "@froussard/contract";
import { type DoctorReport, doctorReportSchema } from "froussard/doctor/doctor-report";
import { afterEach, expect, test } from "vitest";
import { cacheFolder } from "../../../infra/platform/cache-folder.ts";
import { platformFolder } from "../cluster/layout.ts";
import { readDeployment } from "../deploy/deployment.ts";

const deployment = readDeployment(platformFolder(cacheFolder(process.env)));
const { cluster, namespaces } = deployment;
const main = join(import.meta.dirname, "../../../service/main.ts");
const minute = 60_000;

/** What a test has broken. */
const mending: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const mend of mending.splice(0).reverse()) await mend();
}, 3 * minute);

/** The command as a person runs it on this machine, which trusts the simulated GitHub and model. */
function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const command = [main, "doctor", "--kubeconfig", cluster.state.kubeconfig, "--timeout", "30", ...args];
  const env = { PATH: process.env["PATH"] ?? "", NODE_EXTRA_CA_CERTS: deployment.authority };
  return new Promise((resolve) => {
    execFile(process.execPath, command, { env, timeout: 3 * minute }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr }),
    );
  });
}

async function report(): Promise<DoctorReport> {
  const { stdout, stderr } = await run("--json");
  for (const secret of [deployment.githubToken, deployment.openaiKey, deployment.webhookSecret])
    expect(stdout + stderr).not.toContain(secret);
  return doctorReportSchema.parse(JSON.parse(stdout));
}

const faults = ({ findings }: DoctorReport) =>
  findings.flatMap(({ status, id, about }) =>
    status === "fault" ? [`${id}${about === undefined ? "" : ` ${about}`}`] : [],
  );

interface Applied {
  metadata: { name: string; namespace?: string; labels?: object; annotations?: object };
  status?: unknown;
}

/** An object as it can be applied again. */
async function kept(...which: string[]): Promise<string> {
  const { metadata, status: _, ...rest } = await cluster.kubectlJson<Applied>(["get", ...which]);
  const { name, namespace, labels, annotations } = metadata;
  return JSON.stringify({ ...rest, metadata: { name, namespace, labels, annotations } });
}
const apply = (input: string) =>
  cluster.kubectl(["apply", "--server-side", "--force-conflicts", "--filename=-"], { input });

test(
  "a healthy deployment has no fault, and all that can be seen from outside was looked at",
  async () => {
    const found = await report();
    expect(faults(found)).toEqual([]);
    expect(found.healthy).toBe(true);
    const away = ["kafka-sign-in", "kafka-access", "consumer-group", "webhook", "webhook-deliveries"];
    expect(found.findings.filter(({ id, status }) => status === "skipped" && !away.includes(id))).toEqual([]);
  },
  4 * minute,
);

test(
  "the Job that is printed looks from inside: Kafka as both users, and the group with its member",
  async () => {
    const { stdout: job } = await run("--job");
    mending.push(() =>
      cluster.kubectl(["delete", "--ignore-not-found", "--filename=-"], { input: job, timeoutMs: 2 * minute }),
    );
    await apply(job);
    const place = ["--namespace", namespaces.service];
    await cluster.kubectl(["wait", "job/froussard-doctor", "--for=condition=complete", "--timeout=150s", ...place], {
      timeoutMs: 3 * minute,
    });
    const told = await cluster.kubectl(["logs", "job/froussard-doctor", ...place]);
    for (const line of [
      /^ok {6}rights: everything may be looked at$/m,
      /^ok {6}kafka-sign-in froussard: signs in at /m,
      /^ok {6}kafka-sign-in codex-consumer: signs in at /m,
      /^ok {6}kafka-access froussard on github\.codex\.tasks: Describe and Write, \d partitions$/m,
      /^ok {6}consumer-group argo-workflows-codex: 1 member, \d+ behind$/m,
      /^ok {6}model: /m,
      /^no fault found: /m,
    ])
      expect(told).toMatch(line);
  },
  6 * minute,
);

test(
  "a key that is taken out of a Secret is named, with its Secret",
  async () => {
    const place = ["secret", secrets.openai.name, "--namespace", namespaces.workflows];
    const before = await kept(...place);
    mending.push(() => apply(before));
    const patch = [{ op: "remove", path: `/data/${secrets.openai.keys.apiKey}` }];
    await cluster.kubectl(["patch", ...place, "--type=json", `--patch=${JSON.stringify(patch)}`]);
    expect(faults(await report())).toEqual([
      `secret ${namespaces.workflows}/${secrets.openai.name}, key ${secrets.openai.keys.apiKey}`,
    ]);
  },
  4 * minute,
);

test(
  "a Sensor that is deleted is named",
  async () => {
    const place = ["sensor", "github-codex", "--namespace", namespaces.workflows];
    const before = await kept(...place);
    mending.push(async () => {
      await apply(before);
      const labels = "--selector=app.kubernetes.io/component=sensor";
      await expect
        .poll(() => cluster.kubectl(["get", "pods", labels, "--namespace", namespaces.workflows]), {
          timeout: 2 * minute,
        })
        .toMatch(/1\/1 +Running/);
    });
    await cluster.kubectl(["delete", ...place]);
    expect(faults(await report())).toEqual([`sensor ${namespaces.workflows}/github-codex`]);
  },
  7 * minute,
);

test(
  "a right that a KafkaUser does not give is named",
  async () => {
    const place = ["kafkauser", kafkaUsers.consumer, "--namespace", namespaces.kafka];
    const before = await kept(...place);
    mending.push(() => apply(before));
    const user = JSON.parse(before) as { spec: { authorization: { acls: { resource: { type: string } }[] } } };
    const at = user.spec.authorization.acls.findIndex(({ resource }) => resource.type === "group");
    const patch = [{ op: "remove", path: `/spec/authorization/acls/${at}` }];
    await cluster.kubectl(["patch", ...place, "--type=json", `--patch=${JSON.stringify(patch)}`]);
    const found = await report();
    expect(faults(found)).toEqual([`kafka-user ${kafkaUsers.consumer}`]);
    expect(found.findings.find(({ id, status }) => id === "kafka-user" && status === "fault")?.found).toBe(
      "it may not Read group argo-workflows-codex",
    );
  },
  4 * minute,
);
