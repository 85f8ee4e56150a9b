import { forbidden, GitHubError, notFound } from "./errors.ts";
import type { Installation, Issue, Level, Permission, Repository, Role, User, Viewer } from "./store/records.ts";

const ranks: Record<Role | "none", number> = { none: 0, read: 1, triage: 2, write: 3, maintain: 4, admin: 5 };

/** Whether the installation is one on this repository. */
export function covers({ account, repositories, removed }: Installation, repository: Repository): boolean {
  return !removed && account.id === repository.owner.id && (repositories?.has(repository.id) ?? true);
}

/** The role a user has in a repository, public readability aside; of an App it is its token that limits it. */
export function roleOf(repository: Repository, user: User | null): Role | "none" {
  if (!user || user.deleted) return "none";
  if (user.id === repository.owner.id) return "admin";
  if (user.app?.installations.some((installation) => covers(installation, repository))) return "write";
  return repository.collaborators.get(user.id) ?? (repository.private ? "none" : "read");
}

export function hasRole(repository: Repository, user: User | null, role: Role): boolean {
  return ranks[roleOf(repository, user)] >= ranks[role];
}

/** Whether this token was given this repository at all. */
function selected(repository: Repository, { token }: Viewer): boolean {
  if (token?.installation && !covers(token.installation, repository)) return false;
  return token?.repositories?.has(repository.id) ?? true;
}

/** Whether the viewer can know of the repository; if not, GitHub answers 404 to everything about it. */
export function canSee(repository: Repository, viewer: Viewer): boolean {
  if (!repository.private) return true;
  if (!hasRole(repository, viewer.user, "read") || !selected(repository, viewer)) return false;
  return viewer.token?.scopes ? viewer.token.scopes.includes("repo") : true;
}

/** Whether the token, apart from its user's role, reaches so far. */
export function tokenAllows(repository: Repository, viewer: Viewer, permission: Permission, level: Level): boolean {
  const { token } = viewer;
  if (!token) return true;
  if (token.scopes) {
    if (token.scopes.includes("repo")) return true;
    return !repository.private && (level === "read" || token.scopes.includes("public_repo"));
  }
  if (level === "read" && !repository.private) return true;
  if (!selected(repository, viewer)) return false;
  if (permission === "metadata") return level === "read";
  const granted = token.permissions?.[permission];
  return granted === "write" || (level === "read" && granted === "read");
}

/**
 * Refuses as GitHub does, or answers the acting user of a write.
 * @throws {GitHubError} 404 when the repository may not be seen, 401 for an anonymous write, 403 otherwise
 */
export function demand(
  repository: Repository,
  viewer: Viewer,
  wanted: { permission: Permission; level: Level; role: Role },
): User | null {
  if (!canSee(repository, viewer)) throw notFound();
  if (wanted.level === "write") {
    if (!viewer.user) throw new GitHubError(401, "Requires authentication");
    if (repository.archived) throw forbidden("Repository was archived so is read-only.");
  }
  if (!tokenAllows(repository, viewer, wanted.permission, wanted.level)) throw inaccessible(viewer, wanted);
  if (wanted.role !== "read" && !viewer.token?.installation && !hasRole(repository, viewer.user, wanted.role)) {
    throw forbidden("Must have admin rights to Repository.");
  }
  return viewer.user;
}

/** Like `demand` for a write, with the user in the answer. */
export function demandWriter(
  repository: Repository,
  viewer: Viewer,
  wanted: { permission: Permission; role: Role },
): User {
  const user = demand(repository, viewer, { ...wanted, level: "write" });
  if (!user) throw new GitHubError(401, "Requires authentication");
  return user;
}

/** Issues and their comments can be written with either permission when the issue is a pull request. */
export const permissionFor = (issue: Issue): Permission => (issue.pull ? "pull_requests" : "issues");

function inaccessible({ token }: Viewer, wanted: { permission: Permission; level: Level }): GitHubError {
  const whom = token?.installation ? "integration" : "personal access token";
  return new GitHubError(403, `Resource not accessible by ${whom}`, {
    headers: { "x-accepted-github-permissions": `${wanted.permission}=${wanted.level}` },
  });
}
