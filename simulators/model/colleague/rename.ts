import type { Change, Job, Project, Skill } from "./job.ts";
import { changelogEntry } from "./markdown-edits.ts";
import { escapeRegExp, NAME } from "./wording.ts";

const KIND = "(?:function|method|class|constant|variable|option|flag|parameter|symbol|type|export|identifier|helper)";
const RENAME = new RegExp(
  `\\brenam(?:e|ing)\\s+(?:of\\s+)?(?:the\\s+)?(?:exported\\s+|public\\s+)?(?:${KIND}\\s+)?${NAME}\\s+(?:${KIND}\\s+)?(?:to|into|as|→|->|=>)\\s+${NAME}`,
  "i",
);
/** Past versions are history: they keep the old name. */
const HISTORY = /(^|\/)(changelog|history|news)(\.\w+)?$/i;

/** "Rename `a` to `b`", wherever the whole word stands. */
export const rename: Skill = ({ text }) => {
  const [, from, to] = RENAME.exec(text) ?? [];
  return from && to && from !== to ? renameJob(from, to) : undefined;
};

const renameJob = (from: string, to: string): Job => ({
  title: `Rename ${from} to ${to}`,
  statement: `Rename \`${from}\` to \`${to}\` wherever it is defined, used, tested or documented.`,
  words: [from],
  draft: (project) => {
    const changes = renamed(project, from, to);
    if (changes.length === 0) return undefined;
    const taken = [...project.texts.values()].some((text) => wholeWord(to).test(text));
    return {
      changes: [...changes, ...changelogEntry(project, `\`${from}\` is now called \`${to}\`.`)],
      risks: [
        `Code outside this repository that uses \`${from}\` has to be changed as well.`,
        ...(taken ? [`\`${to}\` is already in use in this repository; the two may get mixed up.`] : []),
      ],
      tests: [`The tests that use \`${from}\` go on under the new name.`],
    };
  },
});

const wholeWord = (word: string): RegExp => new RegExp(`(?<![\\w$-])${escapeRegExp(word)}(?![\\w$-])`, "g");

function renamed(project: Project, from: string, to: string): Change[] {
  return [...project.texts].flatMap(([path, before]) => {
    const after = HISTORY.test(path) ? before : before.replace(wholeWord(from), () => to);
    return after === before ? [] : [{ path, before, after, reason: `it uses \`${from}\`` }];
  });
}
