import { type Change, create, edit, type Job, type Project, type Skill } from "./job.ts";
import { changelogEntry, rootFile, withOptionRow } from "./markdown-edits.ts";
import { oneLine } from "./wording.ts";

const ADD =
  /\b(?:add|introduce|provide|support|want|need)\b[^.\n]{0,40}?\b(?:option|flag|switch)\s+(?:called\s+|named\s+)?[`"']?--([a-z][a-z0-9-]*)(?:[ =](<[a-z-]+>))?[`"']?/i;
const TABLE = /export const options = \[\n[\s\S]*?\n\];/;

interface Effect {
  readonly said: RegExp;
  readonly help: string;
  /** JavaScript over `line`, `quantity` and `values`; `NAME` stands for the option's own value. */
  readonly apply: string;
  /** JavaScript over `plain` (the output without the option) and `output`. */
  readonly check: string;
  readonly value?: { readonly example: string };
}

/** What an option can do to the printed line, by the words that ask for it. */
const EFFECTS: readonly Effect[] = [
  {
    said: /\bjson\b/i,
    help: "print the result as JSON",
    apply: "JSON.stringify(quantity)",
    check: 'assert.equal(typeof JSON.parse(output).value, "number");',
  },
  {
    said: /\bupper[- ]?case\b|\bcapital/i,
    help: "print in capital letters",
    apply: "line.toUpperCase()",
    check: "assert.equal(output, plain.toUpperCase());",
  },
  {
    said: /\bprefix\b|\b(?:before|in front of) the (?:line|output|result)\b/i,
    help: "print this text first",
    apply: "values.NAME + line",
    check: 'assert.equal(output, "~" + plain);',
    value: { example: "~" },
  },
  {
    said: /\bsuffix\b|\b(?:after|behind) the (?:line|output|result)\b/i,
    help: "print this text last",
    apply: "line + values.NAME",
    check: 'assert.equal(output, plain + "~");',
    value: { example: "~" },
  },
  {
    said: /\bscientific\b|\bexponent/i,
    help: "print the number in scientific notation",
    apply: "quantity.value.toExponential()",
    check: "assert.match(output, /e[+-]\\d+$/);",
  },
  {
    said: /\bround|\bwhole number|\binteger/i,
    help: "round to a whole number",
    apply: "line.replace(/-?\\d[\\d.]*/, String(Math.round(quantity.value)))",
    check: "assert.match(output, /^-?\\d+\\D*$/);",
  },
  {
    said: /\bbrackets?\b|\bparenthes[ei]s\b/i,
    help: "print the result in brackets",
    apply: '"[" + line + "]"',
    check: 'assert.equal(output, "[" + plain + "]");',
  },
];

/** "Add an option `--json` that prints the result as JSON". Only effects that are understood; others need a person. */
export const addOption: Skill = ({ text, more }) => {
  const match = ADD.exec(text);
  const [said = "", name = "", placeholder] = match ?? [];
  if (!match) return undefined;
  const about = `${name} ${text.slice(match.index + said.length)}`;
  const effect = EFFECTS.find((known) => known.said.test(about)) ?? EFFECTS.find((known) => known.said.test(more));
  return effect && job(name.toLowerCase(), effect, placeholder);
};

function job(name: string, effect: Effect, placeholder: string | undefined): Job {
  const shown = `--${name}${effect.value ? ` ${placeholder ?? "<text>"}` : ""}`;
  return {
    title: `Add the option --${name}`,
    statement: `Add an option \`${shown}\` to the command line: ${effect.help}.`,
    words: ["options", "--", name],
    draft: (project) => {
      const table = [...project.texts].find(([path, text]) => TABLE.test(text) && !/(^|\/)tests?\//.test(path));
      const usage = usageIn(project);
      if (!table || table[1].includes(`name: "${name}"`) || usage === undefined) return undefined;
      const readme = rootFile(project, "README.md");
      const row = `| \`${shown}\` | ${effect.help} | ${effect.value ? "none" : "off"} |`;
      return {
        changes: [
          ...edit(project, table[0], "it lists the options", (text) => withOption(text, name, effect)),
          testFile(name, effect, usage),
          ...(readme === undefined
            ? []
            : edit(project, readme, "it documents the options", (text) => withOptionRow(text, row))),
          ...changelogEntry(project, `\`--${name}\`: ${effect.help}.`),
        ],
        tests: [`The output with \`--${name}\` against the output without it.`],
      };
    },
  };
}

function withOption(text: string, name: string, effect: Effect): string {
  const key = /^[a-z]\w*$/.test(name) ? `values.${name}` : `values[${JSON.stringify(name)}]`;
  const body = effect.apply.replace("values.NAME", key);
  const used = ["values", "quantity", "line"].findIndex((parameter) => new RegExp(`\\b${parameter}\\b`).test(body));
  const parameters = ["line", "quantity", "values"]
    .slice(0, 3 - used)
    .map((parameter) => (new RegExp(`\\b${parameter}\\b`).test(body) ? parameter : `_${parameter}`));
  const entry = [
    `    name: ${JSON.stringify(name)},`,
    `    type: ${effect.value ? '"string"' : '"boolean"'},`,
    `    default: ${effect.value ? '""' : "false"},`,
    `    help: ${JSON.stringify(effect.help)},`,
    `    apply: (${parameters.join(", ")}) => ${body},`,
  ];
  return text.replace(TABLE, (table) => table.replace(/\n\];$/, () => `\n  {\n${entry.join("\n")}\n  },\n];`));
}

/** How the present tests call the command line. */
function usageIn(project: Project): { folder: string; from: string; args: string } | undefined {
  for (const [path, text] of project.texts) {
    const from = /import \{[^}]*\brun\b[^}]*\} from "([^"]+)"/.exec(text)?.[1];
    const args = /\brun\(\[((?:"[^"-][^"]*",? ?){2,})/.exec(text)?.[1]?.replace(/,\s*$/, "");
    if (from !== undefined && args !== undefined && /^tests?\//.test(path))
      return { folder: path.split("/")[0] ?? "test", from, args };
  }
  return undefined;
}

function testFile(name: string, effect: Effect, usage: { folder: string; from: string; args: string }): Change {
  const option = effect.value ? `"--${name}", ${JSON.stringify(effect.value.example)}` : `"--${name}"`;
  const needsPlain = /\bplain\b/.test(effect.check);
  const text = `import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "${usage.from}";

test("--${name}: ${oneLine(effect.help)}", () => {
${needsPlain ? `  const plain = run([${usage.args}]);\n` : ""}  const output = run([${usage.args}, ${option}]);
  ${effect.check}
});
`;
  return create(`${usage.folder}/option-${name}.test.js`, text, `\`--${name}\` needs a test`);
}
