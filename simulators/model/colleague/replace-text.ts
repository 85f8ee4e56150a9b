import type { Job, Skill } from "./job.ts";
import { escapeRegExp } from "./wording.ts";

const QUOTED = "[`\"“‘']([^`\"”’'\\n]{1,80})[`\"”’']";
/** How people point at a misspelling; the first name is the wrong one unless the form says otherwise. */
const FORMS: readonly { readonly form: RegExp; readonly wrongFirst: boolean }[] = [
  { form: new RegExp(`${QUOTED}\\s*(?:→|->|=>)\\s*${QUOTED}`), wrongFirst: true },
  {
    form: new RegExp(
      `${QUOTED}[^.\\n\`"]{0,60}?\\b(?:should (?:be|read|say)|must be|ought to be|needs to be)\\s+${QUOTED}`,
      "i",
    ),
    wrongFirst: true,
  },
  {
    form: new RegExp(`\\breplace\\s+(?:the (?:word|text|phrase)\\s+)?${QUOTED}\\s+(?:with|by)\\s+${QUOTED}`, "i"),
    wrongFirst: true,
  },
  { form: new RegExp(`${QUOTED}\\s*,?\\s+(?:instead of|rather than|not)\\s+${QUOTED}`, "i"), wrongFirst: false },
  { form: new RegExp(`\\btypo\\b[^.\\n\`"]{0,40}${QUOTED}[^.\\n\`"]{0,40}\\bfor\\s+${QUOTED}`, "i"), wrongFirst: true },
];
const ABOUT_SPELLING = /\b(typos?|mis-?spell\w*|spelling|wording|replace)\b/i;
/** The misspellings that need no explanation. */
const KNOWN: Readonly<Record<string, string>> = {
  teh: "the",
  recieve: "receive",
  seperate: "separate",
  seperator: "separator",
  occured: "occurred",
  adress: "address",
  wich: "which",
  definately: "definitely",
  untill: "until",
  lenght: "length",
  enviroment: "environment",
};

/** A misspelling or another wording: "`teh` should be `the`", "replace `x` with `y`", "fix the typo teh in the README". */
export const replaceText: Skill = ({ text }) => {
  if (!ABOUT_SPELLING.test(text)) return undefined;
  for (const { form, wrongFirst } of FORMS) {
    const [, first, second] = form.exec(text) ?? [];
    if (first && second && first !== second) return wrongFirst ? job(first, second) : job(second, first);
  }
  const known = text
    .toLowerCase()
    .match(/[a-z]+/g)
    ?.find((word) => Object.hasOwn(KNOWN, word));
  return known === undefined ? undefined : job(known, KNOWN[known] ?? known);
};

function job(wrong: string, right: string): Job {
  // Words are replaced as words: "teh" must not touch "tehran".
  const edge = (character: string | undefined) => (/\w/.test(character ?? "") ? "\\b" : "");
  const wanted = new RegExp(`${edge(wrong[0])}${escapeRegExp(wrong)}${edge(wrong.at(-1))}`, "g");
  return {
    title: `Fix the wording: ${right} instead of ${wrong}`,
    statement: `Replace \`${wrong}\` with \`${right}\` wherever it stands in the repository.`,
    words: [wrong],
    draft: (project) => {
      const changes = [...project.texts].flatMap(([path, before]) => {
        const after = before.replace(wanted, () => right);
        return after === before ? [] : [{ path, before, after, reason: `it says \`${wrong}\`` }];
      });
      return changes.length === 0 ? undefined : { changes, tests: ["The existing tests still pass."] };
    },
  };
}
