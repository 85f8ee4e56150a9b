import { check, type Finding } from "../finding.ts";
import { generalRefusal } from "./ask-github.ts";
import type { GitHubWords, githubCheckIds } from "./github-checks.ts";
import { judgeRules } from "./judge-rules.ts";
import type { RepositoryFacts } from "./repository-facts.ts";

type RepositoryFinding = Finding<(typeof githubCheckIds)[number]>;

/** Whether a repository can be served: it is there, may be written to, and has a branch to start from. Pure. */
export function judgeRepository(facts: RepositoryFacts, login: string, words: GitHubWords): RepositoryFinding[] {
  const repository = judgePresence(facts, login, words);
  if (facts.repository.kind !== "answer" || repository.status === "fault") {
    const rest = ["repository-access", "base-branch", "branch-protection", "branch-rules"] as const;
    return [repository, ...rest.map((id) => check(id, facts.name).skipped("the repository has to be put right first"))];
  }
  return [repository, judgeAccess(facts, login), ...judgeBase(facts, words), judgeRules(facts)];
}

function judgePresence(
  { name, repository, as, installation, installationId }: RepositoryFacts,
  login: string,
  words: GitHubWords,
): RepositoryFinding {
  const here = check("repository", name);
  const general = generalRefusal(repository);
  if (general) return here.fault(general.found, general.fix);
  if (as === "app" && installation?.kind === "answer" && installation.data?.id !== installationId)
    return here.fault(
      installation.data
        ? `it belongs to the App's installation ${installation.data.id}`
        : "it does not exist, or the App is not installed on it",
      installation.data
        ? words.installation(installation.data.id)
        : `${words.repository}, or add the repository to the installation (docs/github-app.md)`,
    );
  if (repository.kind !== "answer") {
    const status = repository.kind === "refused" && repository.status !== 404 ? ` (${repository.status})` : "";
    return here.fault(
      `it does not exist, or ${login} may not see it${status}`,
      `${words.repository}, or give ${login} access; a fine-grained token must name the repository as well`,
    );
  }
  const { data } = repository;
  if (data.archived)
    return here.fault(
      "it is archived, so nothing can be written",
      "unarchive it (Settings → General), or serve another",
    );
  if (data.disabled) return here.fault("GitHub has disabled it", "ask its owner, or GitHub's support");
  if (!data.has_issues)
    return here.fault(
      "its issues are turned off, so there is nothing to work on",
      "turn them on: Settings → General → Features → Issues",
    );
  if (data.full_name.toLowerCase() !== name.toLowerCase())
    return here.warning(`it is called ${data.full_name} now`, words.renamed(data.full_name));
  return here.ok(data.private ? "private, has issues" : "public, has issues");
}

/** What an App's installation must be granted. (docs/github-app.md) */
const needed = { contents: "write", issues: "write", pull_requests: "write" } as const;

function judgeAccess(facts: RepositoryFacts, login: string): RepositoryFinding {
  return facts.as === "app" ? judgeInstallation(facts) : judgeToken(facts, login);
}

function judgeInstallation({ name, installation }: RepositoryFacts): RepositoryFinding {
  const access = check("repository-access", name);
  const granted = installation?.kind === "answer" ? installation.data?.permissions : undefined;
  if (!granted) return access.skipped("GitHub did not tell what the App's installation was granted");
  const missing = Object.entries(needed).filter(([permission, level]) => granted[permission] !== level);
  if (missing.length === 0) return access.ok("the App may write contents, issues and pull requests");
  return access.fault(
    `the App's installation lacks ${missing.map(([permission, level]) => `${permission}: ${level}`).join(", ")}`,
    "add it in the App's settings (Permissions & events), then accept it for the installation",
  );
}

function judgeToken({ name, repository, push, issues, pulls }: RepositoryFacts, login: string): RepositoryFinding {
  const access = check("repository-access", name);
  if (repository.kind === "answer" && !repository.data.permissions?.push)
    return access.fault(
      `${login} may only read it, and has to push branches`,
      `give ${login} the role Write (Settings → Collaborators), or take the token of an account that has it`,
    );
  const unreadable = [...(isRefused(issues) ? ["Issues"] : []), ...(isRefused(pulls) ? ["Pull requests"] : [])];
  const noPush = push && "status" in push && push.status === 403;
  const missing = [
    ...(noPush ? ["Contents: read and write"] : []),
    ...unreadable.map((each) => `${each}: read and write`),
  ];
  if (missing.length > 0)
    return access.fault(
      `the token lacks ${missing.join(", ")}${noPush && push.text ? ` (GitHub to git: ${push.text})` : ""}`,
      "add it to the token (a classic one needs the scope repo), for this repository",
    );
  if (push && "reason" in push)
    return access.warning(
      `${login} may write, but GitHub did not answer git (${push.reason})`,
      "check that git's address of GitHub can be reached from here, besides the API's",
    );
  return access.ok(`${login} may push`);
}

const isRefused = (answer: RepositoryFacts["issues"]) => answer?.kind === "refused" && answer.status === 403;

function judgeBase(
  { name, base, repository, branch, branches }: RepositoryFacts,
  words: GitHubWords,
): RepositoryFinding[] {
  const here = check("base-branch", name);
  const protection = check("branch-protection", name);
  const notLooked = protection.skipped("there is no branch to look at");
  if (!branch) return [here.skipped("the App may not read contents"), notLooked];
  if (branch.kind !== "answer") {
    const general = generalRefusal(branch);
    if (general) return [here.fault(general.found, general.fix), notLooked];
    if (branches?.kind === "answer" && branches.data.length === 0)
      return [here.fault("it has no commit yet", `push a first one, for instance a README.md, to ${base}`), notLooked];
    const standard = repository.kind === "answer" ? repository.data.default_branch : "";
    return [
      here.fault(`there is no branch ${base}`, `${words.baseBranch}, or leave it out: then it is ${standard}`),
      notLooked,
    ];
  }
  return [
    here.ok(`work starts from ${base}`),
    branch.data.protected
      ? protection.ok(`${base} is protected`)
      : protection.warning(
          `${base} is not protected: the program never pushes to it, but whoever gets hold of the token could`,
          "protect it (Settings → Branches, or Rules): require a pull request, so that nothing arrives there that nobody has looked at",
        ),
  ];
}
