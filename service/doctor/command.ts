import process from "node:process";
import { Command, InvalidArgumentError } from "commander";
import { defaultNamespaces } from "./deployed-names.ts";

const help = `
Looks at a deployment on Kubernetes and says of each check whether it is ok, a warning, a fault, or was not made, and of what
is not well what to do (docs/doctor.md). It changes nothing anywhere, and shows no secret.

Examples:
  $ npm run doctor
  $ npm run --silent doctor -- --context production --json | jq '.findings[] | select(.status == "fault")'
  $ npm run --silent doctor -- --job | kubectl apply -f -   # from inside the cluster, for what is seen only from there

Environment:
  KUBECONFIG             as kubectl has it
  DOCTOR_GITHUB_TOKEN    a token that may read webhooks, which the service's own need not: then they are looked at too

Exit codes: 0 no fault, 1 faults, 2 nothing could be looked at, or called wrongly.`;

export interface DoctorArguments {
  kubeconfig?: string;
  context?: string;
  serviceNamespace: string;
  workflowsNamespace: string;
  kafkaNamespace: string;
  timeout: number;
  problems?: boolean;
  json?: boolean;
  job?: boolean;
  dryRunTask?: boolean;
}

/** What of the environment counts. */
export interface DoctorEnvironment {
  webhookToken?: string | undefined;
  insideCluster: boolean;
}

/** `froussard doctor`; `signal` ends it. */
export function doctorCommand(signal: AbortSignal): Command {
  return new Command("doctor")
    .description("Look at a deployment on Kubernetes, and say what is wrong with it and what to do.")
    .option("--kubeconfig <file>", "default: as kubectl finds it, or the pod's own access")
    .option("--context <name>", "default: the kubeconfig's current one")
    .option("--service-namespace <name>", "of serve and watch", defaultNamespaces.service)
    .option("--workflows-namespace <name>", "of event bus, EventSource, Sensor and runs", defaultNamespaces.workflows)
    .option("--kafka-namespace <name>", "of brokers, topics and users", defaultNamespaces.kafka)
    .option("--timeout <seconds>", "for each question", seconds, 10)
    .option("--problems", "leave out what is ok")
    .option("--json", "one JSON document")
    .option("--job", "print a Job that does this inside the cluster, with the rights that it needs, and end")
    .option("--dry-run-task", "print the lines that run a task of which nothing is posted or pushed, and end")
    .addHelpText("after", help)
    .action(async (given: DoctorArguments) => {
      signal.addEventListener("abort", () => process.exit(130), { once: true });
      const environment: DoctorEnvironment = {
        webhookToken: process.env["DOCTOR_GITHUB_TOKEN"]?.trim() || undefined,
        insideCluster: given.kubeconfig === undefined && process.env["KUBERNETES_SERVICE_HOST"] !== undefined,
      };
      // Loaded only here: the other commands of this program stay as small as they are.
      const { lookAndTell } = await import("./look-and-tell.ts");
      // Connections that were given up may still hold the process.
      process.exit(await lookAndTell(given, environment, { output: process.stdout, errors: process.stderr }));
    });
}

function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 300)
    throw new InvalidArgumentError("It must be a whole number of seconds from 1 to 300.");
  return value;
}
