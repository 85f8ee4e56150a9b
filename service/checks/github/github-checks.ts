/** What is checked of a GitHub, in the order in which it is told; every command that looks at one has these. */
export const githubCheckIds = [
  "github",
  "clock",
  "sign-in",
  "token-expiry",
  "token-scopes",
  "repository",
  "repository-access",
  "base-branch",
  "branch-protection",
  "branch-rules",
  "approver",
  "approver-access",
  "one-account",
] as const;

/** What is to be corrected, in the words of who looks: the settings of one machine are others than a deployment's. */
export interface GitHubWords {
  /** What holds the token. */
  token: string;
  /** How to come by a new one, and where it goes. */
  newToken: string;
  /** Where it is said which repositories are served. */
  repository: string;
  /** The same, for a repository that is called otherwise now. */
  renamed(name: string): string;
  /** The App's installation is another one. */
  installation(id: number): string;
  baseBranch: string;
  /** Where it is said who decides. */
  approvers: string;
  /** How the program gets an account of its own, beside this one of a person. */
  ownAccount(login: string): string;
}
