import { demandWriter } from "../access.ts";
import { GitHubError } from "../errors.ts";
import { listRefs } from "../git/bare-repository.ts";
import { runGit } from "../git/run-git.ts";
import type { Repository, Viewer } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { followPush } from "./pulls.ts";

/** Deletes a ref by its full name; an open pull request of that branch is closed. @throws {GitHubError} 422 as GitHub's */
export async function deleteRef(store: Store, viewer: Viewer, repository: Repository, ref: string): Promise<void> {
  const user = demandWriter(repository, viewer, { permission: "contents", role: "write" });
  const refs = await listRefs(repository.folder, "");
  if (!refs.some(({ name }) => name === ref)) throw new GitHubError(422, "Reference does not exist");
  const branch = ref.slice("refs/heads/".length);
  if (branch === repository.defaultBranch) throw new GitHubError(422, "Cannot delete the default branch");
  if (repository.protectedBranches.has(branch)) throw new GitHubError(422, "Cannot delete this protected branch");
  await runGit(repository.folder, ["update-ref", "-d", ref]);
  await followPush(store, repository, user);
}
