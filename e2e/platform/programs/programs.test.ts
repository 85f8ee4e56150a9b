import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { GoTool } from "../../../infra/platform/go-tool.ts";
import { kubernetesVersion, programs } from "./programs.ts";

const root = join(import.meta.dirname, "../../..");
const goMod = (module: string) => readFileSync(join(root, module, "go.mod"), "utf8");

test.each(Object.entries<GoTool>(programs))("%s has a module that pins all that goes into it", (name, tool) => {
  expect(tool.name).toBe(name);
  expect(goMod(tool.module)).toContain(`module froussard/${tool.module}\n`);
  if (/^require/m.test(goMod(tool.module))) expect(existsSync(join(root, tool.module, "go.sum"))).toBe(true);
});

test("the cluster tells the version that it is built from", () => {
  expect(goMod("e2e/platform/programs/kubernetes")).toContain(`require k8s.io/kubernetes ${kubernetesVersion}\n`);
  expect(programs.kubelet.variables).toMatchObject({ "k8s.io/component-base/version.gitMinor": "34" });
});
