import { type CommonConfig, ConfigError, readServeConfig, readWatchConfig, type WatchConfig } from "../../config.ts";
import type { ClusterFacts } from "./cluster-facts.ts";
import { deployedEnvironment } from "./deployed-environment.ts";
import type { Container } from "./objects.ts";
import { foundIn } from "./reading.ts";

/** In the place of a secret that may not be seen: what is wrong with it is nothing that can be judged. */
const notSeen = "not-seen-not-seen-not-seen";

export type Settings = CommonConfig & Partial<Pick<WatchConfig, "GITHUB_HOOK_ID">>;
/** What a program of the service is set to, or everything that is wrong with it; values of Secrets are not shown in it. */
export type DeployedSettings = { settings: Settings } | { faults: readonly string[] };

/** Reads a Deployment's environment as the program itself does. Pure. */
export function deployedSettings(
  program: "serve" | "watch",
  { namespaces, secrets, ...facts }: ClusterFacts,
): DeployedSettings | undefined {
  const container = foundIn(facts[program])?.spec.template.spec.containers[0];
  if (!container) return undefined;
  const { values, unseen } = deployedEnvironment(container, namespaces.service, secrets);
  const standIns = Object.fromEntries(unseen.map((name) => [name, name.endsWith("_ID") ? "1" : notSeen]));
  try {
    const environment = { ...standIns, ...values };
    return { settings: program === "serve" ? readServeConfig(environment) : readWatchConfig(environment) };
  } catch (error) {
    if (error instanceof ConfigError) return { faults: error.faults };
    throw error;
  }
}

/** The containers whose settings have to agree, by program. Pure. */
export function containersOf({
  serve,
  watch,
  template,
}: Pick<ClusterFacts, "serve" | "watch" | "template">): Map<string, Container> {
  const runs = foundIn(template)?.spec.templates ?? [];
  const found: [string, Container | undefined][] = [
    ["serve", foundIn(serve)?.spec.template.spec.containers[0]],
    ["watch", foundIn(watch)?.spec.template.spec.containers[0]],
    ...["mediator", "report"].map((name): [string, Container | undefined] => [
      name,
      runs.find((each) => each.name === name)?.container,
    ]),
  ];
  return new Map(found.flatMap(([name, container]) => (container ? [[name, container] as const] : [])));
}
