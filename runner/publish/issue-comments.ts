import type { Comment, IssueSnapshot } from "@froussard/contract";
import { RunFailure } from "@froussard/contract";
import type { GitHub } from "@froussard/github/client";
import { readSnapshot } from "@froussard/github/read-snapshot";
import { minimizeMutation } from "@froussard/github/snapshot-query";

/** A comment of ours, as far as publishing needs to know it. */
export type OwnComment = Pick<Comment, "id" | "nodeId" | "url" | "body" | "isMinimized">;

/** One issue's comments: read with GitHub's word on who wrote them, written one at a time. */
export interface IssueComments {
  /** @throws RunFailure `invalid-task` when the issue is gone */
  read(): Promise<IssueSnapshot>;
  /** Our own comments that `fits` accepts, oldest first. */
  own(fits: (body: string) => boolean): Promise<OwnComment[]>;
  /** Not repeated by the client: see `createOnce`. */
  create(body: string): Promise<OwnComment>;
  /** False when somebody has deleted the comment. */
  edit(id: number, body: string): Promise<boolean>;
  minimize(comment: Pick<OwnComment, "nodeId">): Promise<void>;
}

export function issueComments(github: GitHub, snapshot: IssueSnapshot): IssueComments {
  const { nameWithOwner } = snapshot.repository;
  const [owner = "", repo = ""] = nameWithOwner.split("/");
  const { number } = snapshot.issue;
  const read = async () => {
    const now = await readSnapshot({ graphql: github.query }, nameWithOwner, number);
    if (!now || now.repository.id !== snapshot.repository.id || now.issue.id !== snapshot.issue.id)
      throw new RunFailure("invalid-task", "the issue is gone, or another one stands in its place");
    return now;
  };
  return {
    read,
    own: async (fits) => (await read()).comments.filter(({ viewerDidAuthor, body }) => viewerDidAuthor && fits(body)),
    async create(body) {
      const { data } = await github.rest.issues.createComment({
        owner,
        repo,
        issue_number: number,
        body,
        request: { retries: 0 },
      });
      const { id, node_id: nodeId, html_url: url } = data;
      return { id: Number(id), nodeId, url, body: data.body ?? "", isMinimized: false };
    },
    async edit(id, body) {
      try {
        await github.rest.issues.updateComment({ owner, repo, comment_id: id, body });
        return true;
      } catch (error) {
        if (error instanceof Error && "status" in error && error.status === 404) return false;
        throw error;
      }
    },
    async minimize({ nodeId }) {
      await github.graphql(minimizeMutation, { id: nodeId });
    },
  };
}
