import { check, type Finding } from "../finding.ts";
import type { ApproverFacts } from "./approver-facts.ts";
import { generalRefusal } from "./ask-github.ts";
import type { GitHubWords } from "./github-checks.ts";

/**
 * Whether an entry of CODEX_TRIGGER_LOGINS is a person, the one who was meant, who may write where it counts: in the
 * repositories that can be seen. Pure.
 */
export function judgeApprover(
  facts: ApproverFacts,
  visible: ReadonlySet<string>,
  words: GitHubWords,
): Finding<"approver" | "approver-access">[] {
  const approver = judgePerson(facts, words);
  if (approver.status === "fault") return [approver];
  const there = [...facts.permissions].filter(([name]) => visible.has(name));
  return [approver, ...there.map(([name, answer]) => judgePermission(facts.login, name, answer, words))];
}

function judgePerson({ login, expectedId, user }: ApproverFacts, { approvers: fix }: GitHubWords): Finding<"approver"> {
  const approver = check("approver", login);
  const general = generalRefusal(user);
  if (general) return approver.fault(general.found, general.fix);
  if (user.kind !== "answer") return approver.fault("there is no such account", `${fix}: login, or login:id`);
  const { id, type } = user.data;
  if (type !== "User")
    return approver.fault(`is of the kind ${type}, and not a person's account`, `${fix}: list people only`);
  if (expectedId !== undefined && String(id) !== expectedId)
    return approver.fault(
      `has the id ${id}, and not ${expectedId}: the login may belong to somebody else now`,
      `make sure who it is, then ${fix}: ${login}:${id}`,
    );
  return approver.ok(`id ${id}`);
}

function judgePermission(
  login: string,
  name: string,
  answer: ApproverFacts["permissions"] extends ReadonlyMap<string, infer A> ? A : never,
  words: GitHubWords,
): Finding<"approver-access"> {
  const access = check("approver-access", `${login} on ${name}`);
  if (answer.kind !== "answer") return access.skipped("GitHub does not tell this token what others may do");
  const { permission } = answer.data;
  if (permission === "write" || permission === "admin") return access.ok(`may write (${permission})`);
  return access.warning(
    `${permission === "read" ? "may only read" : "has no access"} there, and yet decides here what is pushed to a branch`,
    `give ${login} the role Write there, or take ${login} off the list: ${words.approvers}`,
  );
}

/** One account for the program and for a person who decides. Pure. */
export function judgeOneAccount(
  account: { id: number; login: string },
  approvers: readonly ApproverFacts[] | undefined,
  words: GitHubWords,
): Finding<"one-account">[] {
  const one = check("one-account");
  const ids = approvers?.flatMap(({ user }) => (user.kind === "answer" ? [Number(user.data.id)] : []));
  if (ids && !ids.includes(account.id)) return [one.ok(`${account.login} writes, and others decide`)];
  return [
    one.warning(
      `the program acts with the account of a person who decides (${account.login}): its comments, marks and pull requests stand under that name, GitHub sends no notification of them to it, and nobody can approve an own pull request in a review`,
      words.ownAccount(account.login),
    ),
  ];
}
