import { createHmac } from "node:crypto";
import { createRequire } from "node:module";
import type { WebhookDefinition } from "@octokit/webhooks-examples";

/** What a delivery makes of itself: `raw`, an event that starts nothing; `task`, one that starts planning besides. */
export const kinds = ["raw", "task"] as const;
export type Kind = (typeof kinds)[number];

/** An issue that GitHub knows, of a repository that is served, by somebody who may start planning. */
export interface KnownIssue {
  repository: { id: number; nameWithOwner: string; defaultBranch: string };
  issue: { id: number; nodeId: string; number: number };
  author: { id: number; login: string };
}

/** A webhook as GitHub sends it. */
export interface SignedDelivery {
  id: string;
  headers: Record<string, string>;
  body: Buffer;
}

/** Of a delivery with an issue of some length: as large as those of the measurements in docs. */
export const bodyBytes = 20_700;

interface Example {
  action: string;
  issue: { user: object };
  repository: object;
  sender: object;
}

const definitions: WebhookDefinition[] = createRequire(import.meta.url)("@octokit/webhooks-examples");
const examples = (definitions.find(({ name }) => name === "issues")?.examples ?? []) as unknown as Example[];

/** Both are read whole by the service; an event of another name would cost it less. */
const actions: Readonly<Record<Kind, string>> = { raw: "edited", task: "opened" };

/**
 * GitHub's own example of an `issues` delivery, about this issue and opened just now, its text lengthened to
 * {@link bodyBytes}, signed.
 */
export function signedDelivery(
  kind: Kind,
  id: string,
  { repository, issue, author }: KnownIssue,
  secret: string,
  now: Date,
): SignedDelivery {
  const example = examples.find(({ action }) => action === actions[kind]);
  if (!example) throw new Error(`@octokit/webhooks-examples holds no issues.${actions[kind]}`);
  const user = { ...example.issue.user, ...author, type: "User" };
  const [owner, name] = repository.nameWithOwner.split("/");
  const payload = (text: string) => ({
    ...example,
    issue: {
      ...example.issue,
      id: issue.id,
      node_id: issue.nodeId,
      number: issue.number,
      html_url: `https://github.com/${repository.nameWithOwner}/issues/${issue.number}`,
      created_at: now.toISOString().replace(/\.\d+/, ""),
      state: "open",
      labels: [],
      user,
      body: text,
    },
    repository: {
      ...example.repository,
      id: repository.id,
      name,
      full_name: repository.nameWithOwner,
      owner: { ...user, login: owner },
      default_branch: repository.defaultBranch,
      archived: false,
    },
    sender: user,
  });
  const missing = bodyBytes - Buffer.byteLength(JSON.stringify(payload("")));
  const body = Buffer.from(JSON.stringify(payload(prose(missing))));
  const signature = createHmac("sha256", secret).update(body).digest("hex");
  return {
    id,
    headers: {
      "content-type": "application/json",
      "user-agent": "GitHub-Hookshot/044aadd",
      accept: "*/*",
      "x-github-delivery": id,
      "x-github-event": "issues",
      "x-github-hook-id": "292430182",
      "x-github-hook-installation-target-id": String(repository.id),
      "x-github-hook-installation-target-type": "repository",
      "x-hub-signature-256": `sha256=${signature}`,
    },
    body,
  };
}

/** Text that takes so many bytes inside JSON quotes. */
function prose(bytes: number): string {
  const line = "Clicking twice before the first answer has come shows the old list, until the page is read again.\n";
  // The line break takes two.
  const lines = Math.floor(bytes / (line.length + 1));
  return line.repeat(lines) + ".".repeat(bytes - lines * (line.length + 1));
}
