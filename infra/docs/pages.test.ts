import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { failureCodes } from "@froussard/contract";
import { describe, expect, test } from "vitest";
import { declaredSecrets } from "../secrets/declared-secrets.ts";
import { deployedSettings, everythingOn, settingsWith } from "../testing/deployment.ts";
import { pages } from "./pages.ts";

const settings = settingsWith();

test.each(Object.entries(pages(deployedSettings)))("docs/%s is true", (file, text) => {
  const committed = readFileSync(join(import.meta.dirname, "../../docs", file), "utf8");
  expect(
    committed === text,
    `docs/${file} is stale: run node scripts/with-toolchain.mjs node infra/write-docs.ts`,
  ).toBe(true);
});

describe("settings.md", () => {
  const text = pages(settings)["settings.md"] ?? "";

  test("tells each setting, and leaves nothing undescribed", () => {
    for (const name of [
      "approvers",
      "ingress.host",
      "ingress.parentRefs[].name",
      "service.serve.memory",
      "runs.apiServerCidrs",
    ])
      expect(text).toContain(`\`${name}\``);
    expect(text).not.toContain("undefined");
  });

  test("tells what must be set, and what else it is by default", () => {
    expect(text).toMatch(/`approvers` \| \*\*required\*\*/);
    expect(text).toMatch(/`runs\.apiServerCidrs` \| \*\*required\*\*/);
    expect(text).toMatch(/`argoCd\.repoUrl` \| \*\*required\*\*/);
    expect(text).toMatch(/`runs\.concurrency` \| `7`/);
    expect(text).toMatch(/`runs\.agent\.cpuRequest` \| left out/);
    expect(text).toMatch(/`codex\.effort` \| `"high"` \| .*`minimal`, `low`/);
  });
});

test("constructs.md tells the props of each construct", () => {
  const sections = (pages(settings)["constructs.md"] ?? "").split(/^## /m).slice(1);
  expect(sections.length).toBeGreaterThan(10);
  expect(sections.filter((section) => !/^\| `\w+` \|/m.test(section)).map((section) => section.split("\n")[0])).toEqual(
    [],
  );
});

describe("secrets.md", () => {
  test.each([
    ["as it is documented", settings],
    ["with everything on", settingsWith(everythingOn)],
    ["as a GitHub App", settingsWith({ github: { credential: "app" } })],
  ])("tells every Secret with its keys, %s", (_, some) => {
    const text = pages(some)["secrets.md"] ?? "";
    for (const { namespace, name, keys } of declaredSecrets(some)) {
      expect(text).toContain(`\`${namespace}/${name}\``);
      for (const { key } of keys) expect(text).toContain(`\`${key}\``);
    }
  });

  test("the service needs no restart for another authority of the brokers, the EventSource does", () => {
    const lines = (pages(settingsWith(everythingOn))["secrets.md"] ?? "").split("\n");
    const rotation = (namespace: string) =>
      lines.find((line) => line.includes(`\`${namespace}/kafka-cluster-ca-cert\``));
    expect(rotation("froussard")).toMatch(/nothing: it is mounted/);
    expect(rotation("argo-workflows")).toMatch(/restart the EventSource's pod/);
  });

  test("shows no value on a command line but names of users", () => {
    const commands = (pages(settings)["secrets.md"] ?? "")
      .split("\n")
      .filter((line) => line.includes("kubectl create"));
    expect(commands).toHaveLength(8);
    for (const line of commands)
      expect(line.replaceAll(/--from-literal=username=[\w-]+/g, "")).not.toContain("literal");
  });
});

test("failures.md tells each code once, under its type", () => {
  const text = pages(settings)["failures.md"] ?? "";
  for (const code of failureCodes) expect(text.split(`| \`${code}\` |`)).toHaveLength(2);
  const [, transient = ""] = text.split("## Transient");
  expect(transient.slice(0, transient.indexOf("\n## "))).toContain("`github-unavailable` | failed");
});

test("constructs.md tells each construct and what it is for", () => {
  const text = pages(settings)["constructs.md"] ?? "";
  const files = globSync("*.ts", { cwd: join(import.meta.dirname, "../constructs") });
  const classes = files.flatMap(
    (file) =>
      /export class (\w+) extends Construct/.exec(
        readFileSync(join(import.meta.dirname, "../constructs", file), "utf8"),
      )?.[1] ?? [],
  );
  expect(classes.length).toBeGreaterThan(10);
  for (const name of classes) expect(text).toMatch(new RegExp(`## ${name}\n\n\\S`));
  // Required, or with a default that is told.
  expect(text.split("\n").filter((line) => /^\| `\w+` \| +\|/.test(line))).toEqual([]);
});
