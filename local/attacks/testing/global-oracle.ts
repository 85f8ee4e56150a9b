import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { markers } from "@froussard/contract";
import { expect } from "vitest";
import { automation } from "../../demo/world.ts";
import type { AttackWorld } from "./attack-world.ts";
import { listProcesses } from "./machine.ts";
import { branches, everyObject } from "./repository-folder.ts";
import { snapshotFolder } from "./snapshot-folder.ts";
import { spellings } from "./spellings.ts";

/** Stands in the command line of whatever an attack leaves running, so that it is found wherever it hides. */
export const leftover = "4000004";

/** The only requests to GitHub that change something. */
const writes = [
  /^POST \/api\/graphql$/,
  /^POST \/api\/v3\/repos\/[^/]+\/[^/]+\/issues\/\d+\/(comments|labels|reactions)$/,
  /^PATCH \/api\/v3\/repos\/[^/]+\/[^/]+\/issues\/comments\/\d+$/,
  /^POST \/api\/v3\/repos\/[^/]+\/[^/]+\/issues\/comments\/\d+\/reactions$/,
  /^DELETE \/api\/v3\/repos\/[^/]+\/[^/]+\/issues\/\d+\/labels\/[^/]+$/,
  /^POST \/api\/v3\/repos\/[^/]+\/[^/]+\/(labels|pulls)$/,
  /^POST \/[^/]+\/[^/]+\.git\/git-(upload|receive)-pack$/,
];

export interface GlobalOracle {
  /** Fails with what an attacker gained, whatever the attack was. */
  check(): void;
}

/** Remembers how the machine was, and judges how it is after each attack. */
export function createGlobalOracle(world: AttackWorld): GlobalOracle {
  const homeBefore = snapshotFolder(world.home);
  return {
    check() {
      expect(gained(world)).toEqual([]);
      expect(snapshotFolder(world.home), "the user's home").toEqual(homeBefore);
      expect(readdirSync(world.temporary), "the machine's folder for temporary files").toEqual([]);
    },
  };
}

/** Everything that an attacker has got, one line each. */
export function gained(world: AttackWorld): string[] {
  return [...leaks(world), ...writesOf(world), ...commentsOf(world), ...branchesOf(world), ...processesOf(world)];
}

/** Places where a secret could be read by somebody else. */
function places(world: AttackWorld): Record<string, string> {
  const { github, model, pipeline, seen, written, repositories } = world;
  const issues = repositories.flatMap(({ issues }) => [...issues.values()]);
  return {
    "the pipeline's log": pipeline.output(),
    "what was written to GitHub": written.join("\n"),
    "issues and comments": JSON.stringify(
      issues.map(({ title, body, comments, labels }) => [
        title,
        body,
        comments.map((each) => each.body),
        labels.map(({ name }) => name),
      ]),
    ),
    "paths asked of GitHub": github.requests.map(({ path }) => path).join("\n"),
    "requests to the model": JSON.stringify(
      model.requests.map(({ path, headers: { authorization: _, ...headers }, body }) => [path, headers, body]),
    ),
    "command lines": [...seen.commands].join("\n"),
    ...Object.fromEntries(repositories.map(({ name, folder }) => [`git objects of ${name}`, everyObject(folder)])),
    "the pipeline's files": filesBelow(world.data),
  };
}

function leaks(world: AttackWorld): string[] {
  const secrets = Object.entries({
    ...world.secrets,
    ...Object.fromEntries([...world.seen.bearers].map((bearer, index) => [`bearer ${index}`, bearer])),
  });
  return Object.entries(places(world)).flatMap(([place, text]) =>
    secrets.flatMap(([name, secret]) =>
      spellings(secret).some((spelling) => text.includes(spelling)) ? [`${name} in ${place}`] : [],
    ),
  );
}

function writesOf({ github }: AttackWorld): string[] {
  return github.requests
    .filter(({ method, login }) => method !== "GET" && method !== "HEAD" && login === automation)
    .map(({ method, path }) => `${method} ${path.split("?")[0]}`)
    .filter((line) => !writes.some((allowed) => allowed.test(line)));
}

function commentsOf({ repositories, ours }: AttackWorld): string[] {
  return repositories.flatMap(({ issues }) =>
    [...issues.values()].flatMap((issue) => {
      const by = issue.comments.filter(({ author }) => author.login === automation);
      const strange = by.filter(({ body }) => !Object.values(markers).some((marker) => body?.startsWith(marker)));
      const shown = (marker: string) => ours(issue, marker).filter(({ minimizedReason }) => !minimizedReason).length;
      return [
        ...strange.map(({ body }) => `#${issue.number}: a comment without a marker: ${body?.slice(0, 80)}`),
        ...(shown(markers.plan) > 1 ? [`#${issue.number}: two plans`] : []),
        ...(shown(markers.result) > 1 ? [`#${issue.number}: two results`] : []),
        ...(shown(markers.progress) > 2 ? [`#${issue.number}: more progress comments than stages`] : []),
        ...(issue.pull && (issue.author.login !== automation || !issue.pull.draft || issue.pull.baseBranch !== "main")
          ? [`#${issue.number}: a pull request that is not a draft of ours on main`]
          : []),
      ];
    }),
  );
}

/** A branch is new only as the head of a pull request of ours, and no other branch has moved. */
function branchesOf({ repositories, branchesBefore, github }: AttackWorld): string[] {
  return repositories.flatMap((repository) => {
    const before = branchesBefore.get(repository);
    const heads = github.pulls(repository).map(({ pull }) => pull.headBranch);
    const now = branches(repository.folder);
    return [
      ...[...now].flatMap(([name, commit]) =>
        before?.get(name) === commit || (!before?.has(name) && heads.includes(name))
          ? []
          : [`branch ${name} of ${repository.name}`],
      ),
      ...[...(before ?? [])].flatMap(([name]) =>
        now.has(name) ? [] : [`branch ${name} of ${repository.name} is gone`],
      ),
    ];
  });
}

function processesOf({ data }: AttackWorld): string[] {
  return listProcesses().flatMap(({ command, environment }) =>
    command.includes(leftover) ||
    environment.includes(leftover) ||
    (command.includes(data) && !command.includes("local/main.ts"))
      ? [`a process that goes on: ${command.slice(0, 200)}`]
      : [],
  );
}

/** Contents of all small files; a database, say, is among them. */
function filesBelow(folder: string): string {
  if (!existsSync(folder)) return "";
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => join(folder, path))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile())
    .map((file) => readFileSync(file, "latin1"))
    .join("\n");
}
