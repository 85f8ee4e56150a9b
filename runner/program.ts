import process from "node:process";
import { Command, type CommanderError } from "commander";
import description from "./package.json" with { type: "json" };

/** A subcommand by its name, loaded when it is asked for. */
export type LazyCommands = Readonly<Record<string, () => Promise<Command>>>;

/** What commander refuses is a wrong option: 2, as the help says. Asking for help is none. */
const exit = ({ exitCode }: CommanderError) => process.exit(exitCode === 0 ? 0 : 2);

/** `codex-runner`, with these of its subcommands; reads the arguments of this process. */
export async function runProgram(commands: LazyCommands): Promise<void> {
  const program = new Command("codex-runner")
    .description(
      "Carry out one task of a GitHub issue: make its plan, or turn the approved plan into a draft pull request",
    )
    .version(description.version)
    .exitOverride(exit);
  const asked = process.argv[2];
  const wanted = Object.entries(commands).filter(([name]) => name === asked);
  for (const [, load] of wanted.length > 0 ? wanted : Object.entries(commands))
    program.addCommand((await load()).exitOverride(exit));
  await program.parseAsync();
}
