import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { settings } from "./settings.ts";
import { synthesize } from "./synthesize.ts";

const committed = join(import.meta.dirname, "..", "dist");
const temporary: string[] = [];

afterEach(() => {
  for (const folder of temporary.splice(0)) rmSync(folder, { recursive: true });
});

function synthesized(): string {
  const folder = mkdtempSync(join(tmpdir(), "dist-"));
  temporary.push(folder);
  synthesize(settings, folder);
  return folder;
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}

/** What must be done so that a folder is what the synth writes, a line for each file that is not. */
function differences(folder: string, fresh: string): string[] {
  return [...new Set([...filesOf(folder), ...filesOf(fresh)])].toSorted().flatMap((file) => {
    if (!existsSync(join(folder, file))) return [`${file} is missing; run npm run synth and commit it`];
    if (!existsSync(join(fresh, file))) return [`${file} is made by nothing; run npm run synth and commit its removal`];
    const isSame = readFileSync(join(folder, file)).equals(readFileSync(join(fresh, file)));
    return isSame ? [] : [`${file} is stale or was edited; run npm run synth and commit it`];
  });
}

test("dist/ is what the settings and the program give", () => {
  expect(differences(committed, synthesized())).toEqual([]);
});

test("two synths give the same bytes", () => {
  const [first, second] = [synthesized(), synthesized()];
  expect(filesOf(first).length).toBeGreaterThan(5);
  expect(differences(first, second)).toEqual([]);
});

test("a file that is edited, missing or not ours is named", () => {
  const [folder, fresh] = [synthesized(), synthesized()];
  const events = "argocd/applications/froussard/events.yaml";
  writeFileSync(join(folder, events), readFileSync(join(folder, events), "utf8").replace("replicas: 3", "replicas: 1"));
  rmSync(join(folder, "argocd/application.yaml"));
  writeFileSync(join(folder, "argocd/applications/froussard/old.yaml"), "");
  expect(differences(folder, fresh)).toEqual([
    "argocd/application.yaml is missing; run npm run synth and commit it",
    `${events} is stale or was edited; run npm run synth and commit it`,
    "argocd/applications/froussard/old.yaml is made by nothing; run npm run synth and commit its removal",
  ]);
});

test("a synth leaves nothing behind of what was there before", () => {
  const folder = synthesized();
  writeFileSync(join(folder, "argocd/old.yaml"), "");
  synthesize(settings, folder);
  expect(filesOf(folder)).toEqual(filesOf(synthesized()));
});

test("wrong settings write nothing, and leave what was there", () => {
  const folder = synthesized();
  expect(() => synthesize({ ...settings, approvers: [] }, folder)).toThrow("approvers: must be a list");
  expect(filesOf(folder)).toEqual(filesOf(synthesized()));
});

test("what Argo CD syncs does not hold the Application itself, and holds no time and no path", () => {
  const synced = join(committed, "argocd/applications/froussard");
  const text = readdirSync(synced)
    .map((file) => readFileSync(join(synced, file), "utf8"))
    .join("\n");
  expect(text).not.toContain("kind: Application\n");
  expect(text).not.toContain(join(import.meta.dirname, ".."));
  expect(text).not.toMatch(/\d{4}-\d\d-\d\dT/);
});
