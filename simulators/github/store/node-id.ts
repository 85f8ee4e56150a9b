import { createHash } from "node:crypto";

const prefixes = {
  user: "U",
  bot: "BOT",
  app: "A",
  organization: "O",
  repository: "R",
  issue: "I",
  pull: "PR",
  comment: "IC",
  reaction: "REA",
  label: "LA",
  labeled: "LE",
  unlabeled: "UNLE",
  event: "EV",
} as const;
export type NodeKind = keyof typeof prefixes;

/** An opaque GraphQL id shaped like GitHub's; nothing can be read from it but the kind. */
export function nodeId(kind: NodeKind, id: number): string {
  const digest = createHash("sha256").update(`${kind} ${id}`).digest("base64url").slice(0, 12).replaceAll("-", "_");
  return `${prefixes[kind]}_kwDO${digest}`;
}
