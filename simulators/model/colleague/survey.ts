import type { Outcome } from "../outcome.ts";
import { exec, type Move } from "../script.ts";
import type { Job, Project } from "./job.ts";
import { printFiles, quote, readFiles } from "./shell.ts";

/** What was seen of the repository, or why nothing could be seen. */
export type Survey = { readonly project: Project } | { readonly error: string };

const TEXT =
  /\.(?:[cm]?[jt]sx?|json|md|txt|ya?ml|toml|css|html|sh|py|go|rs|java|rb)$|(?:^|\/)(?:README|CHANGELOG|TODO)$/i;
const ALWAYS = /^(?:readme\.md|changelog\.md|todo\.md|package\.json)$/i;
const MOST_FILES = 60;
const FILES_A_CALL = 12;

/** Lists the files, searches them for the jobs' words and reads the ones that may matter. */
export function* survey(jobs: readonly Job[]): Generator<Move, Survey, Outcome> {
  const listing = yield exec(
    "git ls-files --cached --others --exclude-standard || find . -type f -not -path './.git/*' | sed 's|^\\./||'",
  );
  if (!listing.ok) return { error: failure(listing) };
  const paths = listing.stdout.split("\n").filter((path) => path !== "" && !path.startsWith("fatal:"));
  const texts = paths.filter((path) => TEXT.test(path) && !path.endsWith("-lock.json"));
  const words = [...new Set(jobs.flatMap((job) => job.words))].filter((word) => !/[\n\0]/.test(word)).slice(0, 12);
  const search = words.map((word) => `-e ${quote(word)}`).join(" ");
  const hits =
    words.length === 0
      ? undefined
      : yield exec(
          `rg -l -i -F ${search} . 2>/dev/null || grep -rliF ${search} --exclude-dir=.git --exclude-dir=node_modules .`,
        );
  const found = new Set((hits?.stdout ?? "").split("\n").map((path) => path.replace(/^\.\//, "")));
  const rank = (path: string) => (ALWAYS.test(path) ? 0 : found.has(path) ? 1 : 2);
  const chosen = texts.sort((a, b) => rank(a) - rank(b)).slice(0, MOST_FILES);
  const contents = new Map<string, string>();
  for (let start = 0; start < chosen.length; start += FILES_A_CALL) {
    for (const [path, text] of yield* read(chosen.slice(start, start + FILES_A_CALL))) contents.set(path, text);
  }
  return contents.size === 0 && chosen.length > 0
    ? { error: "no file could be read" }
    : { project: { paths, texts: contents } };
}

/** Reads files; one that is too long for one answer of Codex is left out, for half of it would be worse than nothing. */
function* read(paths: readonly string[]): Generator<Move, ReadonlyMap<string, string>, Outcome> {
  const mark = "=#=#= file";
  const printed = yield exec(printFiles(paths, mark));
  if (!printed.truncated) return printed.stdout === "" ? new Map() : readFiles(printed.stdout, mark);
  if (paths.length === 1) return new Map();
  const half = Math.ceil(paths.length / 2);
  return new Map([...(yield* read(paths.slice(0, half))), ...(yield* read(paths.slice(half)))]);
}

/** Why a command did not do what it should, in a line. */
export function failure(outcome: Outcome): string {
  const said = (outcome.error ?? outcome.stdout).trim().split("\n").at(-1) ?? "";
  return said === "" ? `exit code ${outcome.exitCode ?? "unknown"}` : said.slice(0, 300);
}
