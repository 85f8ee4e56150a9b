import { expect, test } from "vitest";
import type { ProgressReport } from "../protocol.ts";
import { createProgressReporter } from "./progress-reporter.ts";

const report = (text: string): ProgressReport => ({ activity: "running", todo: [{ text, done: false }] });

test("one report at a time; while one is under way only the newest is kept, and repeats are dropped", async () => {
  const sent: string[] = [];
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const reporter = createProgressReporter(
    async ({ todo }) => {
      sent.push(todo[0]?.text ?? "");
      await gates[sent.length - 1]?.promise;
    },
    () => expect.unreachable(),
  );
  for (const text of ["1", "1", "2", "3"]) reporter.update(report(text));
  expect(sent).toEqual(["1"]);
  gates[0]?.resolve();
  await expect.poll(() => sent).toEqual(["1", "3"]);
  gates[1]?.resolve();
  await reporter.end();
  expect(sent).toEqual(["1", "3"]);
});

test("a report that fails is told and forgotten; the end drops what waits", async () => {
  const errors: unknown[] = [];
  const gate = Promise.withResolvers<void>();
  const reporter = createProgressReporter(
    () => gate.promise,
    (error) => errors.push(error),
  );
  reporter.update(report("1"));
  reporter.update(report("2"));
  const end = reporter.end();
  gate.reject(new Error("lost"));
  await end;
  expect(errors).toEqual([new Error("lost")]);
});
