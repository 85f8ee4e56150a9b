import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseCommand } from "./commands.ts";
import { codes, type FailureCode, failureCodes } from "./outcomes.ts";

/** Ends after which the same plan can be carried out again: its subject has ended, so only `/retry` starts it. */
const sameSubjectAgain: FailureCode[] = ["not-approved", "superseded", "issue-closed", "cancelled"];

test.each(sameSubjectAgain)("%s names the command that starts the same plan again", (code) => {
  expect(codes[code].next).toContain("`/retry`");
});

test.each(failureCodes)("%s says what happened and one next step as sentences", (code) => {
  const { text, next } = codes[code];
  expect(text).toMatch(/^[A-Z].*[^.]$/);
  expect(next).toMatch(/^[A-Z].*[.)]$/);
});

test.each(failureCodes)("%s offers a command that its next step or the reader's choice allows", (code) => {
  const { command, next }: { command?: string; next: string } = codes[code];
  if (command === undefined) expect(next).not.toMatch(/`\//);
  else expect(parseCommand(command)?.name).toBe(command.slice(1));
});

describe("each code", () => {
  const programs = ["service", "runner", "local"].flatMap((folder) =>
    globSync("**/*.ts", {
      cwd: join(import.meta.dirname, "..", folder),
      exclude: ["**/node_modules/**", "**/*.test.ts", "**/testing/**"],
    }).map((file) => readFileSync(join(import.meta.dirname, "..", folder, file), "utf8")),
  );
  const source = programs.join("\n");

  test.each(failureCodes)("%s is an end that some program makes", (code) => {
    expect(source.includes(`"${code}"`)).toBe(true);
  });
});
