import { expect, test } from "vitest";
import { defaultChangeRules } from "../git/change-rules.ts";
import { tellProtected } from "./tell-protected.ts";
import { plan } from "./testing/fakes.ts";

const named = (...paths: string[]) => ({
  ...plan,
  risks: ["it may break"],
  files: paths.map((path) => ({ path, action: "change" as const, reason: "" })),
});
const { protectedPaths } = defaultChangeRules;

test("a plan of ordinary files stays as it is", () => {
  const ordinary = named("src/a.ts", "package.json");
  expect(tellProtected(ordinary, protectedPaths)).toBe(ordinary);
});

test("protected files are told first, once each, under whatever spelling", () => {
  const paths = ["src/a.ts", "./.github/Workflows/ci.yml", ".npmrc", "/.npmrc", "docs/<b>.md"];
  expect(tellProtected(named(...paths), protectedPaths).risks).toEqual([
    '⚠️ Protected here: ".github/Workflows/ci.yml", ".npmrc". This plan names them, but no run may change them: that part will be left out and has to be done by hand.',
    "it may break",
  ]);
  expect(tellProtected(named("AGENTS.md"), protectedPaths).risks[0]).toContain("names it, but no run may change it");
});
