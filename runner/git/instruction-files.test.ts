import { expect, test } from "vitest";
import { instructionFiles } from "./instruction-files.ts";

test("instructions to agents are found, those nearest to the root first", () => {
  const paths = [
    "src/AGENTS.md",
    ".agents/skills/deploy/SKILL.md",
    "README.md",
    "AGENTS.override.md",
    "docs/agents.md.txt",
  ];
  expect(instructionFiles([...paths, "AGENTS.md", ".codex/config.toml", "MYAGENTS.md"])).toEqual([
    ...["AGENTS.md", "AGENTS.override.md", "src/AGENTS.md", ".agents/skills/deploy/SKILL.md"],
  ]);
});

test("no more than can be listed", () => {
  const many = Array.from({ length: 50 }, (_, index) => `packages/${index}/AGENTS.md`);
  expect(instructionFiles(many)).toHaveLength(20);
  expect(instructionFiles([`${"x".repeat(300)}/AGENTS.md`])).toEqual([]);
});
