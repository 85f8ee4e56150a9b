import { type Example, examplesOf, expressionOf } from "./behaviour.ts";
import { type Change, create, edit, type Job, type Project, type Skill } from "./job.ts";
import { changelogEntry, rootFile, withListItem } from "./markdown-edits.ts";
import { mostRelevant } from "./note-request.ts";
import { kebab, oneLine, tellingWords } from "./wording.ts";

const ADD =
  /\b(?:add|write|create|implement|provide|export|want|need|introduce)\b[^.\n]{0,40}?\b(?:function|helper|method)\s+(?:called\s+|named\s+)?`?([A-Za-z_$][\w$]*)\s*\(([^)\n]*)\)`?/i;
const RESERVED =
  /^(?:function|return|class|const|let|var|if|else|for|while|do|new|delete|default|export|import|in|of|this|typeof|void|yield|await|async|switch|case|try|catch|throw|null|true|false|enum)$/;
const SOURCE = /^(?:src|lib)\/.*\.(?:js|mjs|cjs)$|^[\w-]+\.(?:js|mjs)$/;

interface Wanted {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly expression: string;
  readonly examples: readonly Example[];
  readonly path: string | undefined;
  readonly words: readonly string[];
}

/** "Add a function `milesToFeet(miles)` that returns `miles * 5280`", with examples if the issue gives some. */
export const addFunction: Skill = ({ text, more }) => {
  const match = ADD.exec(text);
  const [said = "", name = "", list = ""] = match ?? [];
  const parameters = list
    .split(",")
    .map((part) =>
      part
        .replace(/[?:=].*$/, "")
        .replace(/^\.\.\./, "")
        .trim(),
    )
    .filter(Boolean);
  if (!match || RESERVED.test(name) || !parameters.every((part) => /^[A-Za-z_$][\w$]*$/.test(part))) return undefined;
  const rest = text.slice(match.index + said.length);
  const expression = expressionOf(rest, parameters) ?? expressionOf(more, parameters);
  if (expression === undefined) return undefined;
  const path = /\b(?:in|to|into)\s+`((?:[\w-]+\/)*[\w.-]+\.[cm]?js)`/.exec(rest)?.[1];
  const examples = examplesOf(`${text}\n${more}`, name).slice(0, 5);
  return job({
    name,
    parameters,
    expression,
    examples,
    path,
    words: tellingWords(`${rest} ${parameters.join(" ")}`).slice(0, 6),
  });
};

function job(wanted: Wanted): Job {
  const { name, parameters, expression, examples, path } = wanted;
  const call = `${name}(${parameters.join(", ")})`;
  const shown = examples.map((example) => ` \`${name}(${example.args})\` returns \`${example.result}\`.`).join("");
  return {
    title: `Add the function ${name}`,
    statement: `Add a function \`${call}\`${path === undefined ? "" : ` to \`${path}\``} that returns \`${expression}\`.${shown}`,
    words: [name, "export function", ...wanted.words],
    draft: (project) => {
      if (
        [...project.texts.values()].some((text) => new RegExp(`\\bfunction ${name}\\b|\\bconst ${name} =`).test(text))
      )
        return undefined;
      const esm = isModule(project);
      const home = homeOf(project, wanted, esm);
      const changes = [home, ...exported(project, home.path, name, esm), testFile(project, wanted, home.path, esm)];
      return {
        changes: [
          ...changes,
          ...documented(project, call, expression),
          ...changelogEntry(project, `New function \`${call}\`.`),
        ],
        tests:
          examples.length > 0
            ? examples.map((example) => `\`${name}(${example.args})\` gives \`${example.result}\``)
            : [`\`${name}\` is exported and gives a value`],
        questions:
          examples.length > 0 ? [] : [`Which result of \`${name}\` can be tested against? The issue gives no example.`],
      };
    },
  };
}

const isModule = (project: Project): boolean => /"type":\s*"module"/.test(project.texts.get("package.json") ?? "");

/** The file that the function goes to: the one named, else the one that is most about it, else a new one. */
function homeOf(project: Project, wanted: Wanted, esm: boolean): Change {
  const code = functionText(wanted, esm);
  const candidates = new Map(
    [...project.texts].filter(
      ([path, text]) =>
        SOURCE.test(path) && !/(^|\/)(index|cli|main|bin)\.\w+$/.test(path) && /\bexport\b|module\.exports/.test(text),
    ),
  );
  const path =
    wanted.path ??
    mostRelevant(
      candidates,
      wanted.words.filter((word) => word.length > 3),
    );
  const before = path === undefined ? undefined : project.texts.get(path);
  if (path !== undefined && before !== undefined) {
    return { path, before, after: `${before.trimEnd()}\n\n${code}`, reason: `\`${wanted.name}\` belongs here` };
  }
  const folder = project.paths.some((known) => known.startsWith("lib/")) ? "lib" : "src";
  return create(path ?? `${folder}/${kebab(wanted.name)}.js`, code, `\`${wanted.name}\` gets a file of its own`);
}

function functionText({ name, parameters, expression }: Wanted, esm: boolean): string {
  const body = `function ${name}(${parameters.join(", ")}) {\n  return ${expression};\n}\n`;
  return `/** Gives \`${oneLine(expression.replaceAll("*/", "* /"), 90)}\`. */\n${esm ? `export ${body}` : `${body}module.exports.${name} = ${name};\n`}`;
}

/** The index re-exports the function if it does so with its neighbours. */
function exported(project: Project, home: string, name: string, esm: boolean): Change[] {
  const index = ["src/index.js", "lib/index.js", "index.js"].find((path) => project.texts.has(path));
  if (index === undefined || !esm || index === home) return [];
  const target = relative(index, home);
  return edit(project, index, "it exports what users may call", (text) => {
    const line = text
      .split("\n")
      .find((candidate) => candidate.startsWith("export {") && candidate.includes(`"${target}"`));
    if (line === undefined) return `${text.trimEnd()}\nexport { ${name} } from "${target}";\n`;
    const names =
      /\{([^}]*)\}/
        .exec(line)?.[1]
        ?.split(",")
        .map((part) => part.trim())
        .filter(Boolean) ?? [];
    return text.replace(
      line,
      `export { ${[...names, name].sort((a, b) => a.localeCompare(b, "en")).join(", ")} } from "${target}";`,
    );
  });
}

function testFile(project: Project, { name, parameters, examples }: Wanted, home: string, esm: boolean): Change {
  const folder = project.paths.find((path) => /^(tests?)\//.test(path))?.split("/")[0] ?? "test";
  const path = `${folder}/${kebab(name)}.test.js`;
  const target = relative(path, home);
  const imports = esm
    ? `import assert from "node:assert/strict";\nimport { test } from "node:test";\nimport { ${name} } from "${target}";\n`
    : `const assert = require("node:assert/strict");\nconst { test } = require("node:test");\nconst { ${name} } = require("${target}");\n`;
  const cases = examples.map((example) => `  assert.deepEqual(${name}(${example.args}), ${example.result});`);
  const some = `  assert.equal(${name}.length, ${parameters.length});`;
  const title = examples.length > 0 ? "gives what the issue asked for" : "takes what the issue names";
  return create(
    path,
    `${imports}\ntest("${name} ${title}", () => {\n${(cases.length > 0 ? cases : [some]).join("\n")}\n});\n`,
    `\`${name}\` needs a test`,
  );
}

/** A line in the README's list of functions, if it keeps one. */
function documented(project: Project, call: string, expression: string): Change[] {
  const readme = rootFile(project, "README.md");
  if (readme === undefined) return [];
  return edit(project, readme, "it lists the functions", (text) =>
    withListItem(text, "API", `\`${call}\` returns \`${expression}\`.`),
  );
}

/** The import path from one file to another. */
function relative(from: string, to: string): string {
  const up = from.split("/").slice(0, -1);
  const down = to.split("/");
  while (up.length > 0 && up[0] === down[0]) {
    up.shift();
    down.shift();
  }
  return `${up.length === 0 ? "./" : "../".repeat(up.length)}${down.join("/")}`;
}
