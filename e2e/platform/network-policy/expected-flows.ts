import type { Target } from "./target.ts";

/** What someone is to the policies: a component of ours, or one of the others. */
export type Role =
  | (typeof components)[number]
  /** A pod in the service's namespace that is none of ours. */
  | "uninvited"
  /** A pod elsewhere, of which no policy speaks. */
  | "stranger"
  | "brokers"
  | "name-server"
  /** The node, and what runs there. */
  | "node"
  | "api-server"
  /** Not in the cluster. */
  | "outside";

export const components = [
  "serve",
  "watch",
  "event-bus",
  "event-source",
  "sensor",
  "mediator",
  "agent",
  "report",
] as const;

/** A target, what its listener is, and the port that packets have in the end. */
export interface KnownTarget extends Target {
  role: Role;
  /** Where a Service leads. @default its own port */
  endPort?: number;
}

/** Ports that the settings decide. */
export interface SetPorts {
  kafka: number;
  /** Of GitHub's API and of the model, besides that of HTTPS. */
  github: number;
  model: number;
}

type Rule = (target: KnownTarget, port: number) => boolean;

const nowhere: readonly Rule[] = [];
const tcp = (target: KnownTarget) => target.protocol === "tcp";
const to =
  (role: Role, ...ports: readonly number[]): Rule =>
  (target, port) =>
    tcp(target) && target.role === role && ports.includes(port);
/**
 * Policies cannot name GitHub, so this is wide: any address at these ports. That pods are among them is this engine's
 * reading; others take addresses of pods out.
 */
const anywhere =
  (...ports: readonly number[]): Rule =>
  (target, port) =>
    tcp(target) && ports.includes(port);
const names: Rule = ({ role }, port) => role === "name-server" && port === 53;
const apiServer = to("api-server", 443, 6443);

/** Where each may send packets to: written down from design §5, not read from dist/. */
export function egress({ kafka, github, model }: SetPorts): Readonly<Record<Role, readonly Rule[]>> {
  const everything: readonly Rule[] = [() => true];
  return {
    serve: [anywhere(443, github), to("brokers", kafka), names],
    watch: [anywhere(443, github), to("brokers", kafka), names, apiServer],
    "event-bus": [to("event-bus", 4222, 6222), names],
    "event-source": [to("event-bus", 4222), to("brokers", kafka), names],
    sensor: [to("event-bus", 4222), to("serve", 8081), apiServer, names],
    mediator: [anywhere(443, github, model), apiServer, names],
    agent: [to("mediator", 8080), apiServer],
    report: [anywhere(443, github), apiServer, names],
    uninvited: nowhere,
    ...{ stranger: everything, brokers: everything, "name-server": everything },
    ...{ node: everything, "api-server": everything, outside: everything },
  };
}

/** Whom each lets in, and where; others let everybody in. Whoever is on the node is its kubelet, and let in everywhere. */
const ingress: Readonly<Partial<Record<Role, (from: Role, port: number) => boolean>>> = {
  serve: (from, port) => port === 8080 || (port === 8081 && from === "sensor"),
  "event-bus": (from, port) =>
    (port === 4222 && ["event-source", "sensor", "event-bus"].includes(from)) ||
    (port === 6222 && from === "event-bus"),
  mediator: (from, port) => port === 8080 && from === "agent",
  ...Object.fromEntries(
    (["watch", "event-source", "sensor", "agent", "report", "uninvited"] as const).map((role) => [role, () => false]),
  ),
};

/**
 * Whether the policies are to let it through. Both ends must agree; but this engine looks through all rules of a policy for
 * either end, so that among pods of one policy either direction's rules suffice.
 */
export function mayReach(from: Role, target: KnownTarget, ports: SetPorts): boolean {
  const port = target.endPort ?? target.port;
  if (from === "node") return true;
  const isLetOut = egress(ports)[from].some((rule) => rule(target, port));
  const isLetIn = ingress[target.role]?.(from, port) ?? true;
  const shareOne = from === target.role && components.some((component) => component === from);
  return shareOne ? isLetOut || isLetIn : isLetOut && isLetIn;
}
