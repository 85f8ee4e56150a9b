import type { ShellCommand } from "./shell-commands.ts";

/** Runs a program and hands back all that it printed; never rejects because of its exit code. */
export type Help = (args: readonly string[]) => Promise<string>;

/**
 * Options of a command that its program does not have, by what `--help` says of the subcommand, and what `extra` says of
 * options that all have.
 */
export async function unknownFlags(command: ShellCommand, help: Help, extra = ""): Promise<string[]> {
  const { arguments: args } = command;
  const end = args.indexOf("--");
  const own = end < 0 ? args : args.slice(0, end);
  // Subcommands are the plain words at the front; what follows them is a name or a file, which --help leaves alone.
  const first = own.findIndex((arg) => !/^[a-z-]+$/.test(arg) || arg.startsWith("-"));
  const words = first < 0 ? own : own.slice(0, first);
  const text = `${await help([...words, "--help"])}\n${extra}`;
  const known = new Set(text.match(/(?<![\w-])-{1,2}[a-zA-Z][\w-]*/g) ?? []);
  return own
    .filter((arg) => /^-{1,2}[a-zA-Z]/.test(arg))
    .map((arg) => arg.split("=")[0] ?? "")
    .flatMap((flag) => (/^-[a-z]{2,3}$/.test(flag) ? [...flag.slice(1)].map((letter) => `-${letter}`) : [flag]))
    .filter((flag) => !known.has(flag));
}
