import { createHash } from "node:crypto";

/** Hexadecimal SHA-256 of a text in UTF-8. */
export function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

/** Line ends as GitHub's editor may leave them (CRLF) and as we write them (LF) mean the same. */
export function normalizeLineEnds(text: string): string {
  return text.replaceAll("\r\n", "\n");
}

/**
 * What a person approves: the text between the two plan markers as it stands, together with the commit it was made for.
 * Always computed from the comment, never read from it.
 */
export function planSha256(planText: string, baseCommit: string): string {
  return sha256(JSON.stringify(["plan", baseCommit, normalizeLineEnds(planText)]));
}

/** The issue's text as a plan was made from it. */
export function issueTextSha256(title: string, body: string): string {
  return sha256(JSON.stringify(["issue", title, normalizeLineEnds(body)]));
}
