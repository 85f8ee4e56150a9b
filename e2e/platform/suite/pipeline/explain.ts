import type { Deployment } from "../../deploy/deployment.ts";

/** What a person would look at first when an issue gets no answer: the issue, the runs, the pods, and the ends of the logs. */
export async function explain(deployment: Deployment, repository: string, number: number): Promise<string> {
  const { cluster, simulated, namespaces } = deployment;
  const show = (...args: string[]) => cluster.kubectl(args).catch((error: Error) => error.message);
  const logs = (namespace: string, selector: string) =>
    show("logs", `--namespace=${namespace}`, `--selector=${selector}`, "--tail=15", "--prefix");
  const parts = await Promise.all([
    simulated
      .issue({ repository, number })
      .then(({ title, state, labels, comments }) =>
        [
          `${repository}#${number} ${state} ${title} [${labels.join(", ")}]`,
          ...comments.map(({ author, body }) => `  ${author}: ${body.slice(0, 600)}`),
        ].join("\n"),
      )
      .catch(String),
    show("get", "workflows", `--namespace=${namespaces.workflows}`),
    show("get", "pods", "--all-namespaces", "--output=wide"),
    show(
      "get",
      "events",
      `--namespace=${namespaces.workflows}`,
      "--sort-by=.lastTimestamp",
      "--field-selector=type=Warning",
    ),
    logs(namespaces.workflows, "sensor-name=github-codex"),
    logs(namespaces.workflows, "eventsource-name=github-codex"),
    logs(namespaces.service, "app.kubernetes.io/part-of=froussard"),
  ]);
  return parts.join("\n\n");
}
