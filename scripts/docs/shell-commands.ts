import { type Command, forEachChild, parse, type SyntaxNode, type Word, type WordPart } from "unbash";

/** Stands in a word for what only the shell knows: a variable's value, another command's output. */
export const unknown = "\0";

/** One program that a script starts, with what it is given. */
export interface ShellCommand {
  program: string;
  arguments: readonly string[];
}

export interface ShellScript {
  /** Every command, also those within others, in the order of the text. */
  commands: readonly ShellCommand[];
  /** Variables that it uses and does not set. */
  needs: readonly string[];
  /** What bash would not understand. */
  faults: readonly string[];
}

/** Takes a script apart without running it. */
export function readScript(text: string): ShellScript {
  const commands: ShellCommand[] = [];
  const used = new Set<string>();
  const set = new Set<string>();
  const faults: string[] = [];
  const look = (node: SyntaxNode): void => {
    if ("errors" in node) for (const { message } of node.errors ?? []) faults.push(message);
    if (node.type === "Command") {
      const command = commandOf(node);
      if (command) commands.push(command);
      if (command?.program === "read")
        for (const each of command.arguments) if (/^[a-z_]\w*$/i.test(each)) set.add(each);
    }
    if (node.type === "Assignment") set.add(node.name);
    if (node.type === "For") set.add(node.name.value);
    if (node.type === "SimpleExpansion") used.add(node.text.slice(1));
    if (node.type === "ParameterExpansion") used.add(node.parameter);
    forEachChild(node, look);
  };
  look(parse(text));
  return { commands, needs: [...used].filter((name) => /^[A-Za-z_]/.test(name) && !set.has(name)), faults };
}

function commandOf({ name, args }: Command): ShellCommand | undefined {
  if (!name) return undefined;
  return {
    program: wordText(name),
    arguments: args.map((each) => (each.type === "Word" ? wordText(each) : `${each.name}=${assigned(each.value)}`)),
  };
}

function assigned(value: { type: string }): string {
  return value.type === "Word" ? wordText(value as Word) : unknown;
}

function wordText({ value, parts }: Word): string {
  return parts === undefined ? value : parts.map(partOf).join("");
}

function partOf(part: WordPart): string {
  switch (part.type) {
    case "Literal":
    case "SingleQuoted":
    case "AnsiCQuoted":
      return part.value;
    case "DoubleQuoted":
      return part.parts.map(partOf).join("");
    default:
      return unknown;
  }
}
