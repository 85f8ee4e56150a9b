import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type BuildSettings, buildCalls, images } from "./build-calls.ts";

const root = join(import.meta.dirname, "..", "..");
const settings: BuildSettings = {
  ...{ builder: "podman", registry: "registry.example.org/team", version: "1.2.3", revision: "abc" },
  ...{ only: ["codex-agent"], platform: "linux/arm64", buildArguments: ["NODE_IMAGE=node@sha256:0"] },
};

test("a call of the builder says all that an image is made from", () => {
  expect(buildCalls(settings).map((call) => call.join(" "))).toEqual([
    "podman build --file runner/Dockerfile --target agent --platform linux/arm64 --build-arg VERSION=1.2.3 " +
      "--build-arg REVISION=abc --build-arg NODE_IMAGE=node@sha256:0 --tag registry.example.org/team/codex-agent:1.2.3 .",
  ]);
});

test("every image has its Dockerfile, stage and version arguments", () => {
  for (const image of images) {
    const text = readFileSync(join(root, image.dockerfile), "utf8");
    if ("target" in image) expect(text).toMatch(new RegExp(`^FROM \\S+ AS ${image.target}$`, "m"));
    for (const name of ["VERSION", "REVISION"]) expect(text).toMatch(new RegExp(`^ARG ${name}=`, "m"));
  }
});

test("the manifests ask for the images of this version", () => {
  const { version }: { version: string } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const manifests = ["runs", "service"].map((name) =>
    readFileSync(join(root, `dist/argocd/applications/froussard/${name}.yaml`), "utf8"),
  );
  for (const { name } of images)
    expect(manifests.join("\n")).toContain(`image: ghcr.io/gregkonush/${name}:${version}\n`);
});

test.each([
  [["--print"], 0, /^docker build .*froussard:.*\ndocker build .*codex-runner:.*\ndocker build .*codex-agent:/],
  [["--help"], 0, /--build-arg <NAME=value>/],
  [["--only", "codex"], 2, /"codex" is none of froussard, codex-runner, codex-agent/],
  [["--tag", "latest"], 2, /"latest" says no version/],
  [["--build-arg", "NODE_IMAGE"], 2, /is not NAME=value/],
  [["--builder", "kaniko"], 2, /docker, podman, buildah/],
])("the program with %j ends with %i", (args, code, words) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "scripts/images/main.ts"), ...args], {
    encoding: "utf8",
  });
  expect([status, `${stdout}${stderr}`]).toEqual([code, expect.stringMatching(words)]);
});

test("without a builder that works it says what to do", () => {
  const env = { PATH: "/nonexistent" };
  const { status, stderr } = spawnSync(process.execPath, [join(root, "scripts/images/main.ts")], {
    encoding: "utf8",
    env,
  });
  expect([status, stderr]).toEqual([1, expect.stringContaining("none of docker, podman, buildah works here")]);
});
