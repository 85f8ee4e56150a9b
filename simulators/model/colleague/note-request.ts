import { type Change, create, type Job, type Wording } from "./job.ts";
import { changelogEntry, rootFile } from "./markdown-edits.ts";
import { oneLine, tellingWords } from "./wording.ts";

const MOST_WORDS = 8;

/**
 * When a request is not understood: no invented code, but an honest note of what was asked and where it would belong.
 */
export function noteRequest({ text, more }: Wording): Job {
  const asked =
    /^Note the request “(.+?)”/m.exec(text)?.[1] ??
    oneLine(text.split("\n").find((line) => /\w/.test(line)) ?? "", 100);
  const request =
    asked === ""
      ? "a change without a description"
      : asked
          .replace(/^#+\s*/, "")
          .replaceAll("“", "")
          .replaceAll("”", "");
  const words = tellingWords(more).slice(0, MOST_WORDS);
  return {
    title: oneLine(`Note the request: ${request}`),
    statement: `Note the request “${request}”: it needs a decision by a person before code is written.`,
    words,
    draft: (project) => {
      const about = mostRelevant(project.texts, words);
      const line = `Open: ${request}${about === undefined ? "" : ` (concerns \`${about}\`)`}`;
      const changelog = changelogEntry(project, line);
      const changes: Change[] =
        changelog.length > 0 ? changelog : todo(project.texts, rootFile(project, "TODO.md"), line);
      return {
        changes,
        risks: ["This notes the request; it does not fulfil it."],
        tests: ["The existing tests still pass."],
        questions: [
          `What exactly should change${about === undefined ? "" : ` in \`${about}\``}? I could not tell from the issue.`,
        ],
      };
    },
  };
}

function todo(texts: ReadonlyMap<string, string>, path: string | undefined, line: string): Change[] {
  const before = path === undefined ? undefined : texts.get(path);
  if (path === undefined || before === undefined)
    return [create("TODO.md", `# To do\n\n- ${line}\n`, "nothing in the repository keeps such notes yet")];
  return [{ path, before, after: `${before.trimEnd()}\n- ${line}\n`, reason: "it keeps what is open" }];
}

/** The file in which most of the words occur, sources before documents; undefined when none does. */
export function mostRelevant(texts: ReadonlyMap<string, string>, words: readonly string[]): string | undefined {
  const scores = [...texts].map(([path, text]) => {
    const lower = `${path}\n${text}`.toLowerCase();
    const hits = words.filter((word) => lower.includes(word)).length;
    return { path, score: hits * 2 + (isSource(path) ? 1 : 0) * Math.min(hits, 1) };
  });
  const best = scores.sort((a, b) => b.score - a.score || a.path.localeCompare(b.path))[0];
  return best !== undefined && best.score > 0 ? best.path : undefined;
}

const isSource = (path: string): boolean =>
  /\.(?:[cm]?[jt]sx?|py|go|rs|java|rb|sh)$/.test(path) && !/(^|\/)tests?\/|\.test\./.test(path);
