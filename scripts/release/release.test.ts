import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readChangelog } from "./changelog.ts";
import { filesOf, releaseFaults } from "./release-faults.ts";
import { versionPlaces, withVersion } from "./version-places.ts";

const root = join(import.meta.dirname, "..", "..");
const { version }: { version: string } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

test("packages, images, manifests, documentation and changelog agree about the version", () => {
  expect(releaseFaults(root)).toEqual([]);
});

test("every package names the licence", () => {
  const packages = ["package.json", ...filesOf(root, "*/package.json")].map((path): unknown =>
    JSON.parse(readFileSync(join(root, path), "utf8")),
  );
  expect(packages.length).toBeGreaterThan(11);
  for (const each of packages) expect(each).toMatchObject({ license: "Apache-2.0" });
});

describe("in a copy that is", () => {
  let copy: string;
  const edit = (path: string, from: string | RegExp, to: string) => {
    const text = readFileSync(join(copy, path), "utf8");
    expect(text).toMatch(from);
    writeFileSync(join(copy, path), text.replace(from, to));
  };
  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), "froussard-release-"));
    const manifests = ["runs", "service"].map((name) => `dist/argocd/applications/froussard/${name}.yaml`);
    const paths = [
      "package.json",
      "CHANGELOG.md",
      ...manifests,
      ...versionPlaces.flatMap(({ files }) => filesOf(root, files)),
    ];
    for (const path of paths) {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      cpSync(join(root, path), join(copy, path));
    }
  });
  afterEach(() => rmSync(copy, { recursive: true }));

  test.each<[string, string, string | RegExp, string, RegExp]>([
    [
      "a package",
      "runner/package.json",
      `"version": "${version}"`,
      '"version": "9.9.9"',
      /runner\/package.json says 9\.9\.9/,
    ],
    [
      "an image's label",
      "service/Dockerfile",
      /^ARG VERSION=.*$/m,
      "ARG VERSION=9.9.9",
      /service\/Dockerfile says 9\.9\.9/,
    ],
    [
      "no label at all",
      "service/Dockerfile",
      /^ARG VERSION=.*$/m,
      "ARG VERSION",
      /service\/Dockerfile says no version/,
    ],
    ["a default", "infra/settings/schema.ts", `codex-agent:${version}`, "codex-agent:9.9.9", /schema\.ts says 9\.9\.9/],
    ["the documentation", "docs/images.md", `froussard:${version}`, "froussard:9.9.9", /docs\/images\.md says 9\.9\.9/],
    [
      "the manifests",
      "dist/argocd/applications/froussard/service.yaml",
      `froussard:${version}`,
      "froussard:9.9.9",
      /dist\/ uses froussard:9\.9\.9.*npm run synth/,
    ],
    ["the changelog", "CHANGELOG.md", `## [${version}]`, "## [9.9.9]", /CHANGELOG\.md has no entry/],
  ])("wrong in %s", (_, path, from, to, words) => {
    edit(path, from, to);
    expect(releaseFaults(copy)).toEqual([expect.stringMatching(words)]);
  });

  test("set to another version, only what is generated and the changelog are left to do", () => {
    const places = [{ files: "package.json", pattern: /^ {2}"version": "(?<version>[^"]+)",$/gm }, ...versionPlaces];
    for (const place of places)
      for (const path of filesOf(copy, place.files))
        writeFileSync(join(copy, path), withVersion(readFileSync(join(copy, path), "utf8"), place, "10.20.30-rc.1"));
    const faults = releaseFaults(copy);
    expect(faults.filter((fault) => !fault.startsWith("dist/ uses "))).toEqual([
      "CHANGELOG.md has no entry for 10.20.30-rc.1",
    ]);
    expect(faults).toHaveLength(4);
  });
});

test("a changelog is read, and a heading that is wrong is refused", () => {
  const text =
    "# Changelog\n\n## [Unreleased]\n\n## [1.0.0] - 2026-01-31\n\n### Added\n\n- One.\n\n[1.0.0]: https://example.org\n";
  expect(readChangelog(text)).toEqual([
    { name: "Unreleased", text: "" },
    { name: "1.0.0", date: "2026-01-31", text: "### Added\n\n- One." },
  ]);
  for (const heading of ["1.0.0 - 2026-01-31", "[1.0.0]", "[1.0] - 2026-01-31"])
    expect(() => readChangelog(`## ${heading}\n`)).toThrow(/is neither/);
});
