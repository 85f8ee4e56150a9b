import type { Metrics } from "./metrics.ts";
import type { Publisher } from "./publisher.ts";

/** Counts and times what goes through a publisher. */
export function measuredPublisher(publisher: Publisher, metrics: Metrics): Publisher {
  return {
    async publish(records, options) {
      const stop = metrics.publishSeconds.startTimer();
      try {
        await publisher.publish(records, options);
        stop({ result: "ok" });
      } catch (error) {
        stop({ result: "failed" });
        metrics.publishErrors.inc({ code: errorCode(error) });
        throw error;
      }
    },
    close: (graceMs) => publisher.close(graceMs),
  };
}

/** The code of an error or of what caused it. Codes come from short lists, messages do not: those never become a label. */
function errorCode(error: unknown): string {
  for (let each = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth++)
    if ("code" in each && typeof each.code === "string" && /^[A-Z][A-Z0-9_]{1,63}$/.test(each.code)) return each.code;
  return "other";
}
