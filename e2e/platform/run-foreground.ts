import { spawn } from "node:child_process";

/** Runs a program with this one's terminal, and answers its exit status. */
export function runForeground(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    // A terminal's Ctrl-C reaches it as well; it decides what to do.
    const ignore = () => {};
    process.on("SIGINT", ignore);
    const child = spawn(command, args, { stdio: "inherit", env });
    child.on("error", reject);
    child.on("close", (status) => {
      process.off("SIGINT", ignore);
      resolve(status ?? 1);
    });
  });
}
