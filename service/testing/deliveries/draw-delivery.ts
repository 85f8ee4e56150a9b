import { createHash } from "node:crypto";
import type { GitHubSimulator } from "@froussard/simulators/github/start";
import type { Issue, Repository } from "@froussard/simulators/github/store/records";
import { identify } from "../../cause.ts";
import { fitsEventRecord } from "../../records.ts";
import type { Draw } from "../mutate.ts";
import { deliveryHeaders } from "../serve-kit.ts";
import { hookId, type SentDelivery } from "./sent-delivery.ts";

/** A signed delivery, ready to be sent, as often as one likes. */
export interface DrawnDelivery {
  body: Buffer;
  headers: Record<string, string>;
  sent: SentDelivery;
}

export interface Drawing {
  github: GitHubSimulator;
  repository: Repository;
  draw: Draw;
}

const json = "application/json";
const form = "application/x-www-form-urlencoded";
const asForm = (payload: string) => `payload=${encodeURIComponent(payload).replaceAll("%20", "+")}`;

/**
 * Deliveries of every kind that `serve` treats in its own way, in chains: each is to be sent when the one before it was
 * accepted. Most chains are of one; longer ones are about one issue, whose tasks must keep their order.
 */
export function drawChain(of: Drawing, nextId: () => string): DrawnDelivery[] {
  const { draw } = of;
  const kind = draw.below(100);
  if (kind < 40) return [opened(of, nextId(), openIssue(of), { isForm: draw.chance(0.1) })];
  if (kind < 50) {
    const issue = openIssue(of);
    return Array.from({ length: 2 + draw.below(3) }, () => opened(of, nextId(), issue, {}));
  }
  if (kind < 51) return [opened(of, nextId(), openIssue(of), { padding: 1024 * 1024 })];
  if (kind < 70) return [comment(of, nextId())];
  return [other(of, nextId())];
}

function openIssue({ github, repository, draw }: Drawing): Issue {
  const body = draw.pick(["", "Ärger mit {{=1}} ", "x\n", '"\\\u0007']).repeat(draw.below(500));
  return github.as("octocat").openIssue(repository, { title: `Wish ${draw.below(1e6)}`, body });
}

function scene({ repository }: Drawing, issue: Issue) {
  const { author } = issue;
  const user = { id: author.id, login: author.login, type: author.type };
  return {
    repository: { id: repository.id, full_name: "octocat/hello", archived: false, default_branch: "main" },
    sender: user,
    issue: {
      id: issue.id,
      node_id: issue.nodeId,
      number: issue.number,
      html_url: `https://github.com/octocat/hello/issues/${issue.number}`,
      title: issue.title,
      body: issue.body,
      state: "open",
      created_at: new Date(issue.createdAt).toISOString(),
      user,
      labels: [],
    },
  };
}

function opened(of: Drawing, id: string, issue: Issue, { isForm = false, padding = 0 }): DrawnDelivery {
  const payload = JSON.stringify({ action: "opened", ...scene(of, issue), padding: "p".repeat(padding) });
  const cause = { stage: "planning", about: "issue", attempt: 0 } as const;
  const { taskId } = identify({ repositoryId: of.repository.id, issueId: issue.id, issueNumber: issue.number }, cause);
  const task = { issueNumber: issue.number, taskId };
  return sign({ id, event: "issues", action: "opened", task }, payload, isForm);
}

function comment(of: Drawing, id: string): DrawnDelivery {
  const { draw } = of;
  const issues = [...of.repository.issues.values()];
  const issue = issues.length > 0 ? draw.pick(issues) : openIssue(of);
  const { sender, ...rest } = scene(of, issue);
  const body = draw.pick(["thank you", "/planet", "execute the plan, please "]).repeat(1 + draw.below(200));
  const payload = JSON.stringify({ action: "created", ...rest, sender, comment: { id: 1, body, user: sender } });
  return sign({ id, event: "issue_comment", action: "created" }, payload, draw.chance(0.2));
}

/** Events that nobody here reads; some as large as the topic takes, and larger. */
function other({ draw }: Drawing, id: string): DrawnDelivery {
  const event = draw.pick(["push", "star", "workflow_run", "an_event_of_next_year"]);
  const size = draw.pick([0, 100, 5_000, 20_000, 60_000, 200_000]);
  const sized = (bytes: number) => JSON.stringify({ ref: "x".repeat(bytes - '{"ref":""}'.length) });
  switch (draw.below(20)) {
    case 0:
      return sign({ id, event }, sized(fitsEventRecord), false);
    case 1:
      return sign({ id, event }, sized(fitsEventRecord + 1 + draw.below(3 * 1024 * 1024)), false);
    case 2:
      return sign({ id, event }, JSON.stringify({ ref: "x".repeat(size) }), true);
    default: {
      const action = draw.pick(["created", "completed"]);
      return sign({ id, event, action }, JSON.stringify({ action, data: "ä".repeat(size / 2) }), false);
    }
  }
}

function sign(
  about: Omit<SentDelivery, "contentType" | "size" | "sha256" | "isOmitted" | "sends">,
  payload: string,
  isForm: boolean,
): DrawnDelivery {
  const { id, event } = about;
  const body = Buffer.from(isForm ? asForm(payload) : payload);
  const contentType = isForm ? form : json;
  const sent: SentDelivery = {
    ...about,
    contentType,
    size: body.length,
    sha256: createHash("sha256").update(body).digest("hex"),
    isOmitted: body.length > fitsEventRecord,
    sends: [],
  };
  const more = { "x-github-delivery": id, "x-github-hook-id": hookId, "content-type": contentType };
  return { body, headers: deliveryHeaders({ event, body, headers: more }), sent };
}
