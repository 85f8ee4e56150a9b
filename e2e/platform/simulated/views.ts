import type { GitHubSimulator } from "@froussard/simulators/github/start";
import type { Delivery } from "@froussard/simulators/github/webhooks/hooks";

type Issue = ReturnType<GitHubSimulator["issue"]>;
type Authored = Pick<Issue, "reactions" | "author" | "body" | "createdAt" | "lastEditedAt">;

const authored = ({ author, body, createdAt, lastEditedAt, reactions }: Authored) => ({
  ...{ author: author.login, body: body ?? "", createdAt, lastEditedAt },
  reactions: reactions.map(({ content, user }) => ({ content, by: user.login })),
});

/** An issue as a test looks at it: everything that people see, and the ids. Plain data. */
export function issueView(issue: Issue) {
  return {
    ...authored(issue),
    ...{ id: issue.id, number: issue.number, title: issue.title, state: issue.state },
    labels: issue.labels.map(({ name }) => name),
    comments: issue.comments.map((comment) => ({
      ...authored(comment),
      ...{ id: comment.id, minimizedReason: comment.minimizedReason },
    })),
  };
}

export function pullView(pull: ReturnType<GitHubSimulator["pulls"]>[number]) {
  const { number, title, state, body, author } = pull;
  const { draft, headBranch, headSha, baseBranch } = pull.pull;
  return { number, title, state, body: body ?? "", author: author.login, draft, headBranch, headSha, baseBranch };
}

export function deliveryView(delivery: Delivery) {
  const { id, guid, event, action, body, headers, status, statusCode, durationMs, redelivery, deliveredAt } = delivery;
  return { id, guid, event, action, body, headers, status, statusCode, durationMs, redelivery, deliveredAt };
}
