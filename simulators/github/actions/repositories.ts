import { join } from "node:path";
import { commitFiles, createBare, type Files, writeProtectedBranches } from "../git/bare-repository.ts";
import { fullName, type Repository, type Role, type User } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { insertLabel } from "./labels.ts";

export interface NewRepository {
  owner: string;
  name: string;
  /** @default false */
  private?: boolean;
  /** The first commit; a text that begins with `#!` becomes executable. @default a README.md */
  files?: Files;
  /** @default "main" */
  defaultBranch?: string;
  collaborators?: Readonly<Record<string, Role>>;
  protectedBranches?: readonly string[];
  /** No commit at all. @default false */
  empty?: boolean;
}

const defaultLabels = [
  { name: "bug", color: "d73a4a", description: "Something isn't working" },
  { name: "enhancement", color: "a2eeef", description: "New feature or request" },
  { name: "question", color: "d876e3", description: "Further information is requested" },
];

function userOf(store: Store, login: string): User {
  const user = store.userByLogin(login);
  if (!user) throw new Error(`no user ${login}: add the user first`);
  return user;
}

export const identityOf = (user: User, at: number) => ({
  name: user.login,
  email: `${user.id}+${user.login}@users.noreply.github.com`,
  at,
});

export async function addRepository(store: Store, folder: string, input: NewRepository): Promise<Repository> {
  const owner = userOf(store, input.owner);
  if (store.repositoryByName(input.owner, input.name))
    throw new Error(`repository ${input.owner}/${input.name} exists already`);
  const now = store.now();
  const identity = store.identify("repository");
  const repository: Repository = {
    kind: "repository",
    ...identity,
    owner,
    name: input.name,
    private: input.private ?? false,
    archived: false,
    hasIssues: true,
    defaultBranch: input.defaultBranch ?? "main",
    collaborators: new Map(
      Object.entries(input.collaborators ?? {}).map(([login, role]) => [userOf(store, login).id, role]),
    ),
    protectedBranches: new Set(input.protectedBranches),
    rulesets: [],
    createdAt: now,
    updatedAt: now,
    pushedAt: now,
    folder: join(folder, `${identity.id}.git`),
    nextNumber: 1,
    issues: new Map(),
    labels: new Map(),
    transferred: new Map(),
    deletedNumbers: new Set(),
  };
  await createBare(repository.folder, repository.defaultBranch);
  await writeProtectedBranches(repository.folder, repository.protectedBranches);
  if (!input.empty) {
    const files = input.files ?? { "README.md": `# ${input.name}\n` };
    const by = identityOf(owner, now);
    await commitFiles(repository.folder, { branch: repository.defaultBranch, files, message: "Initial commit\n", by });
  }
  for (const label of defaultLabels) insertLabel(store, repository, label);
  store.repositories.set(repository.id, store.register(repository));
  store.formerNames.delete(fullName(repository).toLowerCase());
  store.changed();
  return repository;
}

/** The old name redirects for as long as no other repository takes it. */
export function renameRepository(store: Store, repository: Repository, name: string): void {
  if (store.repositoryByName(repository.owner.login, name)) throw new Error(`repository name ${name} is taken`);
  store.formerNames.set(fullName(repository).toLowerCase(), repository.id);
  repository.name = name;
  repository.updatedAt = store.now();
  store.formerNames.delete(fullName(repository).toLowerCase());
  store.changed();
}
