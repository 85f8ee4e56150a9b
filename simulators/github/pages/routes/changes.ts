import type { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import type { Pages, PagesEnv } from "../page-context.ts";

/** Changes come in bursts; a page is told once for all of one. */
const burstMs = 100;
/** A connection that nothing is said on looks dead to whatever stands between. */
const quietMs = 15_000;

/** Tells open pages that something changed, not what: they ask for themselves again, with their own eyes. */
export function changeRoutes(app: Hono<PagesEnv>, { store }: Pages): void {
  app.get("/-/changes", (c) =>
    streamSSE(c, async (stream) => {
      let changed = false;
      let wake = () => {};
      const stop = store.onChange(() => {
        changed = true;
        wake();
      });
      stream.onAbort(() => {
        stop();
        wake();
      });
      await stream.writeSSE({ event: "connected", data: "" });
      while (!stream.aborted) {
        if (!changed) await sleepUntil(quietMs, (resume) => (wake = resume));
        if (changed) await stream.sleep(burstMs);
        const event = changed ? "changed" : "quiet";
        changed = false;
        if (!stream.aborted) await stream.writeSSE({ event, data: "" });
      }
    }),
  );
}

async function sleepUntil(milliseconds: number, given: (resume: () => void) => void): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    given(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
