import { KubeConfig } from "@kubernetes/client-node";
import { countOf, type ReportOutput, showFindings, viewOf } from "../checks/show-report.ts";
import type { DoctorArguments, DoctorEnvironment } from "./command.ts";
import type { Namespaces } from "./deployed-names.ts";
import { deployedNames } from "./deployed-names.ts";
import { doctorCheckIds } from "./doctor-checks.ts";
import { doctorJob, insideLine } from "./doctor-job.ts";
import type { DoctorReport } from "./doctor-report.ts";
import { dryRunLines } from "./dry-run-lines.ts";
import { clusterReader } from "./kubernetes/cluster-reader.ts";
import { kinds } from "./kubernetes/kinds.ts";
import { foundIn } from "./kubernetes/reading.ts";
import { NoClusterError, runDoctor } from "./run-doctor.ts";
import { showProgress } from "./show-progress.ts";

export interface Outputs {
  output: ReportOutput;
  errors: ReportOutput;
}

/** The command: looks, tells, and answers the exit code. */
export async function lookAndTell(
  given: DoctorArguments,
  { webhookToken, insideCluster }: DoctorEnvironment,
  { output, errors }: Outputs,
): Promise<0 | 1 | 2> {
  const namespaces: Namespaces = {
    service: given.serviceNamespace,
    workflows: given.workflowsNamespace,
    kafka: given.kafkaNamespace,
  };
  const fail = (message: string): 2 => {
    errors.write(`froussard doctor: ${message}\n`);
    return 2;
  };
  let config: KubeConfig;
  try {
    config = loadConfig(given);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
  const reader = clusterReader(config, given.timeout * 1000);
  const server = config.getCurrentCluster()?.server;
  if (given.job || given.dryRunTask) {
    const deployment = foundIn(await reader.get(kinds.deployments, namespaces.service, deployedNames.serve));
    const spec = deployment?.spec.template.spec;
    if (!spec)
      return fail(`there is no Deployment ${namespaces.service}/${deployedNames.serve} to be seen at ${server}`);
    output.write(
      given.job
        ? `${JSON.stringify(doctorJob(namespaces, spec), null, 2)}\n`
        : `${dryRunLines(namespaces, spec.containers[0]?.env.find(({ name }) => name === "CODEX_REPOSITORIES")?.value)}\n`,
    );
    return 0;
  }
  const progress = showProgress(errors, given.json !== true && output.isTTY === true);
  try {
    const report = await runDoctor({
      ...{ reader, namespaces, webhookToken, insideCluster, insideLine: insideLine(namespaces) },
      ...{ timeoutMs: given.timeout * 1000, onStep: progress.step },
    });
    progress.end();
    output.write(`${given.json ? JSON.stringify(report satisfies DoctorReport) : shown(report, given, output)}\n`);
    return report.healthy ? 0 : 1;
  } catch (error) {
    progress.end();
    if (!(error instanceof NoClusterError)) throw error;
    return fail(
      `the API server ${server} cannot be asked (${error.message}): kubectl version must work with the same --kubeconfig and --context`,
    );
  }
}

/** @throws Error when there is no such file or context, or it is no kubeconfig */
function loadConfig({ kubeconfig, context }: DoctorArguments): KubeConfig {
  const config = new KubeConfig();
  if (kubeconfig === undefined) config.loadFromDefault();
  else config.loadFromFile(kubeconfig);
  if (context !== undefined) {
    const known = config.getContexts().map(({ name }) => name);
    if (!known.includes(context))
      throw new Error(`there is no context ${context}; there are: ${known.join(", ") || "none"}`);
    config.setCurrentContext(context);
  }
  // What the library takes when it finds nothing at all.
  if (kubeconfig === undefined && config.getCurrentCluster()?.server === "http://localhost:8080")
    throw new Error("there is no kubeconfig: set --kubeconfig or KUBECONFIG");
  if (!config.getCurrentCluster())
    throw new Error("the kubeconfig names no cluster: set --context, or current-context in it");
  return config;
}

function shown({ healthy, findings }: DoctorReport, { problems }: DoctorArguments, output: ReportOutput): string {
  const lines = problems ? findings.filter(({ status }) => status !== "ok") : findings;
  const counts = [
    ...(healthy ? [] : [countOf(findings, "fault", "fault")]),
    countOf(findings, "warning", "warning"),
    `${countOf(findings, "ok", "check")} passed`,
    `${findings.filter(({ status }) => status === "skipped").length} not made`,
  ];
  const summary = `${healthy ? "no fault found" : "not healthy"}: ${counts.join(", ")}; what each means: docs/doctor.md`;
  const nameWidth = Math.max(...doctorCheckIds.map((id) => id.length));
  return showFindings(lines, summary, { ...viewOf(output), nameWidth });
}
