import { execFile } from "node:child_process";
import { relative } from "node:path";
import { promisify } from "node:util";

/** What one file of attacks is about, for docs/attacks.md. Its cases are listed from the tests' own names. */
interface Group {
  title: string;
  /** What each case asserts that the attacker did not gain. */
  asserted: string;
  notProven: string;
}

const groups: Record<string, Group> = {
  "local/attacks/tokens.attack.test.ts": {
    title: "Tokens: every way to a secret, from a command of the model",
    asserted:
      "No output of the command holds a secret in any spelling (whole, cut, reversed, hexadecimal, base64): tokens, key, bearer, the user's files, the operator's environment, canaries on loopback, abstract and file sockets, shared memory, temporary files. The canaries were not connected to. Both stages, real Codex, whole pipeline.",
    notProven:
      "Holes in the kernel, in bubblewrap or in Codex's own sandbox; timing channels; a secret that stands in what the operator himself lets agents read (`CODEX_READABLE_PATHS`).",
  },
  "runner/attacks/mediator-endpoints.attack.test.ts": {
    title: "The mediator's endpoints, called directly by whoever has the bearer, or has not",
    asserted:
      "How many plans, branches and edits GitHub holds and what they say, what the record says, how many bytes were taken, that no other server was reached. A real mediator over TCP with its bearer known, as in policy `pod`; with `require` its socket is out of reach (tokens).",
    notProven: "Floods from many machines at once; the cluster's network policy, which is checked in `infra`.",
  },
  "runner/attacks/model-requests.attack.test.ts": {
    title: "Requests to the model",
    asserted: "Which requests reached the model, with which body and headers, and how many tokens the ledger counts.",
    notProven:
      "What the provider does with an allowed request; an allowed live web search can carry text out, which is why private repositories have the cache only.",
  },
  "runner/attacks/change-sets.attack.test.ts": {
    title: "Change sets, with the real git",
    asserted:
      "Branches and objects of the server after fetch, working copy, commands, judgement, commit and push: nothing pushed, or exactly the change.",
    notProven: "That a change which passes is a good one: a person reads it.",
  },
  "runner/attacks/git-servers.attack.test.ts": {
    title: "Servers and repositories that mean harm to git",
    asserted:
      "Where the token went, what was written outside the run's folder, how long it took, what git was made to run.",
    notProven: "Holes in git itself.",
  },
  "local/attacks/changes.attack.test.ts": {
    title: "Changes of the real Codex through the whole pipeline",
    asserted: "Branches, pull requests and git objects of GitHub after the run; the global oracle.",
    notProven: "As for change sets.",
  },
  "local/attacks/repositories.attack.test.ts": {
    title: "Repositories whose base commit means harm",
    asserted:
      "No mark left by anything of the repository that was run, no canary visited, no path on a command line, exactly the intended change.",
    notProven:
      "That a model does not follow what a file of the repository tells it (`AGENTS.md`): it then gains what the other groups leave it.",
  },
  "local/attacks/texts.attack.test.ts": {
    title: "Texts of people and of the model",
    asserted:
      "What GitHub would act on in every comment, pull request, title and commit; what reached the prompt, command lines and the terminal.",
    notProven:
      "That a person is not talked into approving a bad plan. GitHub's own Markdown; an independent parser is used in the renderer's tests.",
  },
  "local/attacks/approvals.attack.test.ts": {
    title: "Forged approvals, plans, results and people",
    asserted: "No 🚀, no work begun, no pull request; the last case shows that a true 👍 begins it.",
    notProven: "A listed person's account in the attacker's hands.",
  },
  "local/attacks/processes.attack.test.ts": {
    title: "Processes, floods and kills",
    asserted:
      "No process left, no change after the run, disk and log bounded, one of each after a kill, the next run works.",
    notProven: "Limits of memory and processes where the operator set none: in the cluster the pod has them.",
  },
};

interface Listed {
  name: string;
  file: string;
}

/** docs/attacks.md as it should be: every case of the suite by the names of its tests. */
export async function attackList(root: string): Promise<string> {
  const vitest = ["list", "--config", "vitest.attacks.config.ts", "--no-static-parse", "--json"];
  const { stdout } = await promisify(execFile)(process.execPath, ["node_modules/vitest/vitest.mjs", ...vitest], {
    cwd: root,
    maxBuffer: 16 * 1024 ** 2,
    timeout: 120_000,
  });
  const listed = JSON.parse(stdout) as Listed[];
  const byFile = Map.groupBy(listed, ({ file }) => relative(root, file));
  const unknown = [...byFile.keys()].filter((file) => !(file in groups));
  if (unknown.length > 0) throw new Error(`${unknown.join(", ")} is not described in local/attacks/attack-list.ts`);
  const sections = Object.entries(groups).flatMap(([file, { title, asserted, notProven }]) => {
    const cases = byFile.get(file) ?? [];
    if (cases.length === 0) return [];
    return [
      `## ${title}\n\n\`${file}\`, ${cases.length} cases.\n\n- Asserted: ${asserted}\n- Not proven: ${notProven}\n`,
      `${cases.map(({ name }) => `- ${escaped(name)}`).join("\n")}\n`,
    ];
  });
  return `${head(listed.length)}\n${sections.join("\n")}`;
}

const head = (count: number) => `# Attacks

${count} cases that try to gain something, and assert that it was not gained: \`npm run test:attacks\`. After each case through the
whole pipeline a global oracle looks for every secret in logs, comments, commits, branches, command lines, requests to the
model and the pipeline's files, for comments, branches and requests that should not be, for processes left behind, and for
changes in the user's home. This page is generated from the tests' names by \`node local/attacks/write-attack-list.ts\`.
`;

/** Names hold what attacks hold. */
const escaped = (name: string) =>
  name
    .replace(/[\\`*_[\]<>|#@]/g, "\\$&")
    .replace(/\p{C}/gu, (character) => `U+${character.codePointAt(0)?.toString(16)}`);
