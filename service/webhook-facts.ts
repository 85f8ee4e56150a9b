import * as z from "zod";

/**
 * What `translate` reads of `issues` and `issue_comment` payloads. GitHub's own types promise more; what is not there all
 * the same (old GitHub Enterprise Servers, other senders with the secret) is a reason, never a crash.
 */
const account = z.object({ id: z.int().positive(), login: z.string(), type: z.string() });

const repository = z.object({
  id: z.int().positive(),
  full_name: z.string(),
  archived: z.boolean().default(false),
  default_branch: z.string().min(1),
});

const issue = z.object({
  id: z.int().positive(),
  node_id: z.string(),
  number: z.int().positive(),
  html_url: z.string(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.string().nullish(),
  created_at: z.iso.datetime({ offset: true }),
  user: account.nullish(),
  labels: z.array(z.object({ name: z.string() })).default([]),
  pull_request: z.unknown().optional(),
});

export const issuesFacts = z.object({
  action: z.string(),
  repository,
  issue,
  sender: account.nullish(),
  label: z.object({ name: z.string() }).nullish(),
  changes: z.object({ old_issue: z.unknown().optional() }).nullish(),
});

export const issueCommentFacts = z.object({
  action: z.string(),
  repository,
  issue,
  comment: z.object({ body: z.string(), user: account.nullish() }),
});

export type IssuesFacts = z.infer<typeof issuesFacts>;
export type IssueFacts = IssuesFacts["issue"];
export type RepositoryFacts = IssuesFacts["repository"];
