import process from "node:process";

/**
 * Makes SIGTERM end this process where nothing else listens for it, as it would anywhere but in a container: there the first
 * process is not ended by a signal that it does not handle.
 */
export function endAsAsked(): void {
  process.on("SIGTERM", () => {
    if (process.listenerCount("SIGTERM") === 1) process.exit(143);
  });
}
