import { readFileSync } from "node:fs";
import { setInterval } from "node:timers";
import type { Container } from "./container.ts";

/** Watches a container's process 1, without its children, until its end: the most memory it held at once, in MiB. */
export async function watchMemory(container: Container): Promise<{ peak(): number }> {
  const id = await container.processId();
  let peak = 0;
  const look = () => {
    try {
      const text = readFileSync(`/proc/${id}/status`, "utf8");
      peak = Number(/^VmHWM:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) / 1024 || peak;
    } catch {
      // It has ended; what was seen last counts.
      clearInterval(timer);
    }
  };
  const timer = setInterval(look, 50);
  void container.exit.then(() => clearInterval(timer));
  return {
    peak: () => {
      look();
      return Math.round(peak);
    },
  };
}
