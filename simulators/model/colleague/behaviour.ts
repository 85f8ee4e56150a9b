import { plain } from "./wording.ts";

/** An example of a call and what it gives, both as JavaScript. */
export interface Example {
  readonly args: string;
  readonly result: string;
}

/** What is left of a literal when its strings, its keys and its words are taken out. */
const BARE_LITERAL = /^[\s\d.,eE_+\-[\]{}]*$/;
/** What an expression may be made of: no statements, no comments, nothing that is not on one line. */
const EXPRESSION = /^(?!.*\/[/*])[\w\s.+\-*/%()[\],'"?:<>=!&|${}]{1,200}$/;
const GLOBALS = new Set(["Math", "Number", "String", "Array", "JSON", "Boolean", "true", "false", "null", "undefined"]);

type Phrase = readonly [
  said: RegExp,
  expression: (names: readonly string[], match: RegExpExecArray) => string | undefined,
];

const first =
  (make: (name: string) => string): Phrase[1] =>
  ([name]) =>
    name === undefined ? undefined : make(name);
const NUMBER = "(-?\\d[\\d_]*(?:\\.\\d+)?)";

/** The behaviours that are understood from words alone. */
const PHRASES: readonly Phrase[] = [
  [
    new RegExp(`\\bmultipl(?:y|ies|ied)\\b[^.\\n]*?\\bby\\s+\`?${NUMBER}`, "i"),
    ([name], match) => name && `${name} * ${match[1]}`,
  ],
  [
    new RegExp(`\\bdivid(?:e|es|ed|ing)\\b[^.\\n]*?\\bby\\s+\`?${NUMBER}`, "i"),
    ([name], match) => name && `${name} / ${match[1]}`,
  ],
  [new RegExp(`\\badds?\\s+\`?${NUMBER}`, "i"), ([name], match) => name && `${name} + ${match[1]}`],
  [new RegExp(`\\bsubtracts?\\s+\`?${NUMBER}`, "i"), ([name], match) => name && `${name} - ${match[1]}`],
  [
    /\bclamps?\b|\bkeeps? .* (?:within|between)\b/i,
    ([value, low, high]) => value && low && high && `Math.min(Math.max(${value}, ${low}), ${high})`,
  ],
  [/\b(?:average|mean)\b/i, first((name) => `${name}.reduce((sum, value) => sum + value, 0) / ${name}.length`)],
  [
    /\b(?:sum|total)\b/i,
    ([name, second]) =>
      second === undefined ? name && `${name}.reduce((sum, value) => sum + value, 0)` : `${name} + ${second}`,
  ],
  [/\bdifference\b/i, ([name, second]) => name && second && `${name} - ${second}`],
  [/\bproduct\b/i, ([name, second]) => name && second && `${name} * ${second}`],
  [/\bpercent(?:age)?\b/i, ([part, whole]) => part && whole && `(${part} / ${whole}) * 100`],
  [/\b(?:doubles?|twice)\b/i, first((name) => `${name} * 2`)],
  [/\b(?:halves|half)\b/i, first((name) => `${name} / 2`)],
  [/\bsquares?\b/i, first((name) => `${name} * ${name}`)],
  [/\bnegat(?:es?|ive)\b/i, first((name) => `-${name}`)],
  [/\babsolute\b/i, first((name) => `Math.abs(${name})`)],
  [/\brounds?\b/i, first((name) => `Math.round(${name})`)],
  [/\bslug/i, first((name) => `${name}.trim().toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "")`)],
  [/\brevers(?:es?|ed)\b|\bbackwards\b/i, first((name) => `[...${name}].reverse().join("")`)],
  [/\bupper[- ]?case\b|\bcapital letters\b/i, first((name) => `${name}.toUpperCase()`)],
  [/\blower[- ]?case\b/i, first((name) => `${name}.toLowerCase()`)],
  [/\bcapitali[sz]es?\b/i, first((name) => `${name}.charAt(0).toUpperCase() + ${name}.slice(1)`)],
  [/\b(?:counts?|number of) (?:the )?words\b/i, first((name) => `${name}.split(/\\s+/).filter(Boolean).length`)],
  [/\bis even\b|\bwhether .* even\b/i, first((name) => `${name} % 2 === 0`)],
];

/**
 * The JavaScript expression that a description means, or undefined: given in backticks after "returns" or the like, or
 * one of the phrases that are understood.
 */
export function expressionOf(description: string, parameters: readonly string[]): string | undefined {
  const text = plain(description);
  const given = /\b(?:returns?|computes?|calculates?|gives?|yields?|formula(?: is)?:?|is)\s+`([^`\n]+)`/i
    .exec(text)?.[1]
    ?.trim();
  if (given !== undefined && isExpression(given, parameters)) return given;
  for (const [said, expression] of PHRASES) {
    const match = said.exec(text);
    const found = match && expression(parameters, match);
    if (found) return found;
  }
  return undefined;
}

function isExpression(text: string, parameters: readonly string[]): boolean {
  if (!EXPRESSION.test(text) || isLiteral(text)) return false;
  const names = text.replace(/(["'])(?:(?!\1).)*\1/g, "").match(/(?<![\w.$])[A-Za-z_$][\w$]*/g) ?? [];
  return names.length > 0 && names.every((name) => parameters.includes(name) || GLOBALS.has(name));
}

/** The examples of calls in a text: "`f(1)` returns `2`", "f(1) → 2", "f(1) === 2". */
export function examplesOf(text: string, name: string): Example[] {
  const call = new RegExp(
    `\\b${name}\\(([^\`\\n]*?)\\)\`?\\s*(?:→|=>|->|={1,3}|\\/\\/(?:\\s*(?:→|=>))?|(?:should\\s+)?(?:returns?|be|gives?|yields?|equals?)|is)\\s*\`?([^\`\\n]+?)\`?(?=[.,;]?(?:\\s|$))`,
    "g",
  );
  const found = [...plain(text).matchAll(call)].map(([, args = "", result = ""]) => ({
    args: args.trim(),
    result: result.trim(),
  }));
  const sound = found.filter(
    (example) => isLiteral(example.result) && (example.args === "" || isLiteral(`[${example.args}]`)),
  );
  return sound.filter((example, index) => sound.findIndex((other) => other.args === example.args) === index);
}

function isLiteral(text: string): boolean {
  const bare = text
    .replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, "0")
    .replace(/\b\w+:/g, "")
    .replace(/\b(?:true|false|null|undefined)\b/g, "0");
  return text.trim() !== "" && BARE_LITERAL.test(bare.replace(/0:/g, ""));
}
