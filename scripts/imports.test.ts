import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

/** Which of our packages each one may import (design: one direction of dependency). */
const allowed: Record<string, readonly string[]> = {
  contract: [],
  github: ["contract"],
  service: ["contract", "github"],
  runner: ["contract", "github"],
  simulators: ["contract"],
  local: ["contract", "github", "service", "runner", "simulators"],
  imports: [],
  infra: ["contract", "imports"],
  bench: ["contract", "service", "runner", "infra", "simulators", "e2e"],
  e2e: ["contract", "github", "service", "runner", "imports", "infra", "simulators", "scripts"],
};
/** What tests may import besides: the programs whose environment `infra` writes must be able to read it. */
const allowedInTests: Record<string, readonly string[]> = { infra: ["simulators", "service", "runner"] };
const packageFolders: Record<string, string> = {
  "@froussard/contract": "contract",
  "@froussard/github": "github",
  "@froussard/simulators": "simulators",
  "@froussard/local": "local",
  "@froussard/infra": "infra",
  "@froussard/imports": "imports",
  "@froussard/bench": "bench",
  "@froussard/e2e": "e2e",
  "codex-runner": "runner",
  froussard: "service",
};

const files = Object.keys(allowed).flatMap((folder) =>
  globSync(`${folder}/**/*.ts`, { cwd: root, exclude: (path) => /node_modules|sample-project/.test(String(path)) }),
);
const imports = (text: string) =>
  [...text.matchAll(/(?:from|import|import\()\s*"([^"]+)"/g)].flatMap((match) => match[1] ?? []);

/** The folder of ours that an import leads to, or undefined for a library. */
function target(file: string, specifier: string): string | undefined {
  if (specifier.startsWith(".")) return relative(root, join(root, dirname(file), specifier)).split("/")[0];
  const name = specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
  return packageFolders[name];
}

test("packages import only what lies below them", () => {
  const wrong = files.flatMap((file) => {
    const folder = file.split("/")[0] ?? "";
    const isTest = file.endsWith(".test.ts") || file.includes("/testing/");
    return imports(readFileSync(join(root, file), "utf8")).flatMap((specifier) => {
      const to = target(file, specifier);
      const inTests = isTest ? (allowedInTests[folder] ?? ["simulators"]) : [];
      if (!to || to === folder || allowed[folder]?.includes(to) || inTests.includes(to)) return [];
      return [`${file} imports ${specifier}`];
    });
  });
  expect(files.length).toBeGreaterThan(50);
  expect(wrong).toEqual([]);
});

/** Programs of their own that are not called `main.ts`, each with why it reads the environment. */
const otherPrograms: Readonly<Record<string, string>> = {
  "e2e/platform/suite/agent-pod/attack.ts":
    "runs inside the agent's pod, and tells what the model's commands find there",
  "runner/sandbox/probe.ts": "runs inside the sandbox, and tells what the model's commands would find in theirs",
};

test("only main files read the environment", () => {
  const mayRead = /(^|\/)(main|command|testing\/[^/]+)\.ts$|\.test\.ts$/;
  const reads = files.filter(
    (file) =>
      !mayRead.test(file) && !(file in otherPrograms) && /process\.env\b/.test(readFileSync(join(root, file), "utf8")),
  );
  expect(reads).toEqual([]);
});
