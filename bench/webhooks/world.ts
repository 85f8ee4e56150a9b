import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startGitHub } from "@froussard/simulators/github/start";
import { type Broker, startBroker } from "froussard/testing/broker/start-broker";
import { type User, users } from "froussard/testing/broker/users";
import { type Kind, type KnownIssue, type SignedDelivery, signedDelivery } from "./deliveries.ts";
import { recordsOf } from "./records.ts";
import type { Cargo } from "./subject.ts";

/** What the subjects are measured in: a broker, a GitHub, and a folder for what they write. */
export interface World {
  broker: Broker;
  /** The service's user of Kafka. */
  user: User;
  secret: string;
  repository: KnownIssue["repository"];
  /** Of the service at this port. */
  serviceEnvironment(port: number): Record<string, string>;
  /** Made now: an issue that was opened more than a minute ago starts nothing by itself. */
  cargo(kind: Kind): Cargo;
  /** A delivery that starts nothing, to see whether somebody takes any. */
  probe(): SignedDelivery;
  /** A path in the folder, which is removed at the end. */
  file(name: string): string;
  close(): Promise<void>;
}

const secret = "It's a Secret to Everybody";
/** Beyond that many connections, two send about the same issue. */
const issueCount = 64;

export async function openWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "froussard-bench-"));
  const broker = await startBroker({
    heapMegabytes: 512,
    // Gigabytes go through in minutes, and are of no use afterwards.
    properties: { "log.retention.check.interval.ms": "5000", "log.segment.delete.delay.ms": "1000" },
  });
  await broker.createTopics();
  await broker.allow(users.service);
  const github = await startGitHub();
  const owner = github.addUser({ login: "octocat" });
  github.addUser({ login: "codex-automation" });
  const { id, defaultBranch } = await github.addRepository({
    owner: "octocat",
    name: "hello",
    files: { "README.md": "# hello\n" },
    collaborators: { "codex-automation": "write" },
  });
  const repository = { id, defaultBranch, nameWithOwner: "octocat/hello" };
  const author = { id: owner.id, login: owner.login };
  const known = Array.from({ length: issueCount }, (_, index): KnownIssue => {
    const issue = github.as("octocat").openIssue(github.repository("octocat/hello"), { title: `Issue ${index}` });
    return { repository, issue: { id: issue.id, nodeId: issue.nodeId, number: issue.number }, author };
  });
  return {
    broker,
    user: users.service,
    secret,
    repository,
    serviceEnvironment: (port) => ({
      NODE_ENV: "production",
      GITHUB_TOKEN: github.token("codex-automation"),
      GITHUB_API_BASE_URL: github.apiUrl,
      GITHUB_WEBHOOK_SECRET: secret,
      CODEX_TRIGGER_LOGINS: "octocat",
      CODEX_REPOSITORIES: "octocat/hello",
      PORT: String(port),
      ...broker.environment(),
    }),
    cargo(kind) {
      const now = new Date();
      const deliveries = known.map((issue) => signedDelivery(kind, crypto.randomUUID(), issue, secret, now));
      const records = deliveries.map((delivery, index) => recordsOf(kind, delivery, known[index] as KnownIssue, now));
      return { deliveries, records };
    },
    probe: () => signedDelivery("raw", crypto.randomUUID(), known[0] as KnownIssue, secret, new Date()),
    file: (name) => join(folder, name),
    async close() {
      await broker.stop();
      await github.close();
      rmSync(folder, { recursive: true });
    },
  };
}
