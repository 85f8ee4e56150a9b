import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildTool } from "./build-tool.ts";
import { goTools } from "./go-tool.ts";
import { runTool } from "./run-tool.ts";
import { describeWithTools } from "./testing/describe-with-tools.ts";

describeWithTools("tools that are built on first use", () => {
  let cache: string;
  let said: string[];
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), "tools-"));
    said = [];
  });
  afterEach(() => rmSync(cache, { recursive: true }));
  const options = () => ({ cache, env: process.env, report: (line: string) => said.push(line) });

  test("two runs at the same time do not disturb each other, and a third builds nothing", async () => {
    const [one, other] = await Promise.all([
      buildTool(goTools.kubeconform, options()),
      buildTool(goTools.kubeconform, options()),
    ]);
    expect(one).toBe(other);
    expect(runTool(one, ["-v"], cache).status).toBe(0);
    expect(said.filter((line) => line.includes("built in"))).toHaveLength(2);
    said = [];
    expect(await buildTool(goTools.kubeconform, options())).toBe(one);
    expect(said).toEqual([]);
    expect(readdirSync(dirname(one))).toHaveLength(1);
  });

  test("a build that fails says what Go said, and leaves nothing behind", async () => {
    const absent = { ...goTools.kubeconform, name: "absent", package: "github.com/yannh/kubeconform/cmd/absent" };
    await expect(buildTool(absent, options())).rejects.toThrow(
      /^go could not build absent \(status 1 after \d+ s\):\n.*cmd\/absent/s,
    );
    expect(readdirSync(join(cache, "tools"))).toEqual([]);
  });

  test("a run that is stopped leaves nothing behind", async () => {
    const stopped = new AbortController();
    const building = buildTool(goTools.sensorCheck, { ...options(), signal: stopped.signal });
    stopped.abort(new Error("stopped by SIGINT"));
    await expect(building).rejects.toThrow("stopped by SIGINT");
    expect(existsSync(join(cache, "tools")) ? readdirSync(join(cache, "tools")) : []).toEqual([]);
  });
});
