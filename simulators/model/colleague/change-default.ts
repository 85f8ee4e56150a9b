import { type Change, edit, type Job, type Project, type Skill } from "./job.ts";
import { changelogEntry } from "./markdown-edits.ts";
import { escapeRegExp, NAME } from "./wording.ts";

const VALUE = '(`[^`\\n]+`|"[^"\\n]+"|[\\w.+-]*\\w)';
const OPTION = NAME.replace("[`\"'“‘]?", "[`\"'“‘]?(?:--)?");
const FORMS = [
  new RegExp(
    `\\bdefault\\s+(?:value\\s+)?(?:of|for)\\s+(?:the\\s+)?(?:option\\s+)?${OPTION}[^.\\n]*?\\b(?:to|be)\\s+${VALUE}`,
    "i",
  ),
  new RegExp(`\\bdefault\\s+${OPTION}[^.\\n]*?\\b(?:to|be)\\s+${VALUE}`, "i"),
  new RegExp(`${OPTION}\\s+(?:should\\s+|to\\s+|must\\s+)?default(?:s)?\\s+to\\s+(?:be\\s+)?${VALUE}`, "i"),
];

/** "Change the default precision from 2 to 3", "`--separator` should default to `_`". */
export const changeDefault: Skill = ({ text }) => {
  for (const form of FORMS) {
    const [, name, value] = form.exec(text) ?? [];
    if (name && value && !/^(of|for|value)$/i.test(name)) return job(name, value.replace(/^[`"]|[`"]$/g, ""));
  }
  return undefined;
};

const job = (name: string, value: string): Job => ({
  title: `Change the default ${name} to ${value}`,
  statement: `Change the default of \`${name}\` to \`${value}\`, where it is set and where it is documented.`,
  words: [name, name.toUpperCase().replaceAll("-", "_")],
  draft: (project) => {
    const changes = [...setInCode(project, name, value), ...setInDocumentation(project, name, value)];
    if (!changes.some((change) => !change.path.endsWith(".md"))) return undefined;
    return {
      changes: [...changes, ...changelogEntry(project, `The default of \`${name}\` is now \`${value}\`.`)],
      risks: [`Whoever relies on the present default of \`${name}\` sees another result.`],
      tests: [`The tests of \`${name}\` pass with the new default.`],
    };
  },
});

/** A value as the code writes it: like the one that stands there. */
const like = (old: string, value: string): string => (/^["'`]/.test(old) ? JSON.stringify(value) : value);

function setInCode(project: Project, name: string, value: string): Change[] {
  const upper = escapeRegExp(name.toUpperCase().replaceAll("-", "_"));
  const literal = `("[^"\\n]*"|'[^'\\n]*'|-?\\d[\\d._]*|true|false|null)`;
  const places = [
    new RegExp(`(\\b(?:DEFAULT_${upper}|${upper}_DEFAULT)\\s*=\\s*)${literal}`, "g"),
    new RegExp(`(\\bname:\\s*["']${escapeRegExp(name)}["'][^{}]*?\\bdefault:\\s*)${literal}`, "g"),
    new RegExp(`(["']?\\b${escapeRegExp(name)}["']?:\\s*\\{[^{}]*?\\bdefault:\\s*)${literal}`, "g"),
  ];
  return [...project.texts.keys()]
    .filter((path) => !path.endsWith(".md") && !/(^|\/)tests?\//.test(path))
    .flatMap((path) =>
      edit(project, path, `it sets the default of \`${name}\``, (text) =>
        places.reduce(
          (done, place) => done.replace(place, (_, before: string, old: string) => before + like(old, value)),
          text,
        ),
      ),
    );
}

/** The last cell of an option's row in a table. */
function setInDocumentation(project: Project, name: string, value: string): Change[] {
  const row = new RegExp(`^(\\|\\s*\`--${escapeRegExp(name)}\\b[^\\n]*\\|\\s*)([^|\\n]*?)(\\s*\\|\\s*)$`, "gm");
  return [...project.texts.keys()]
    .filter((path) => path.endsWith(".md"))
    .flatMap((path) =>
      edit(project, path, `it documents the default of \`${name}\``, (text) =>
        text.replace(
          row,
          (_, before: string, _old: string, after: string) =>
            `${before}${/^[\w.]+$/.test(value) ? value : `\`${value}\``}${after}`,
        ),
      ),
    );
}
