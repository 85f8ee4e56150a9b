import { type FieldError, invalid } from "../errors.ts";

const bodyLimit = 65_536;
const titleLimit = 256;

/**
 * A text as it is kept. NUL is left out (GitHub's database holds none); every other character stays, control
 * characters and Unicode tags included.
 */
const kept = (text: string): string => text.replaceAll("\0", "");

/** Counted in characters, not UTF-16 units, as GitHub's limit is. */
const lengthOf = (text: string): number => (text.length <= titleLimit ? text.length : [...text].length);

/** @throws {GitHubError} 422 when longer than 65,536 characters */
export function issueBody(text: string | null): string | null {
  if (text === null) return null;
  const body = kept(text);
  if (body.length > bodyLimit && lengthOf(body) > bodyLimit) {
    throw invalid({
      resource: "Issue",
      code: "custom",
      field: "body",
      message: `body is too long (maximum is ${bodyLimit} characters)`,
    });
  }
  return body;
}

/** @throws {GitHubError} 422 when blank or longer than 65,536 characters */
export function commentBody(text: string): string {
  const refuse = (message: string): FieldError => ({
    resource: "IssueComment",
    code: "unprocessable",
    field: "data",
    message,
  });
  const body = kept(text);
  if (body.trim() === "") throw invalid(refuse("Body cannot be blank"));
  if (body.length > bodyLimit && lengthOf(body) > bodyLimit) {
    throw invalid(refuse(`Body is too long (maximum is ${bodyLimit} characters)`));
  }
  return body;
}

/** @throws {GitHubError} 422 when blank or longer than 256 characters */
export function issueTitle(text: string, resource: "Issue" | "PullRequest" = "Issue"): string {
  const title = kept(text)
    .replaceAll(/[\r\n]+/g, " ")
    .trim();
  if (title === "") throw invalid({ resource, code: "missing_field", field: "title" });
  if (lengthOf(title) > titleLimit) {
    const message = `title is too long (maximum is ${titleLimit} characters)`;
    throw invalid({ resource, code: "custom", field: "title", message });
  }
  return title;
}
