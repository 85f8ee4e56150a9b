import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { images } from "../images/build-calls.ts";
import { readChangelog } from "./changelog.ts";
import { versionPlaces, versionsIn } from "./version-places.ts";

/** Folders whose files are not ours to release. */
const excluded = ["node_modules", "simulators/sample-project"];

/** The files of a place, from the repository's root. @throws Error when there is none: then the list of places is old */
export function filesOf(root: string, files: string): string[] {
  const found = globSync(files, { cwd: root, exclude: (path) => excluded.includes(String(path)) }).sort();
  if (found.length === 0) throw new Error(`no file ${files}: correct scripts/release/version-places.ts`);
  return found;
}

/** What of a checkout does not agree about its version; nothing when it can be released. */
export function releaseFaults(root: string): string[] {
  const read = (path: string) => readFileSync(join(root, path), "utf8");
  const { version }: { version: string } = JSON.parse(read("package.json"));
  const places = versionPlaces.flatMap((place) =>
    filesOf(root, place.files).flatMap((path) => {
      const found = versionsIn(read(path), place);
      if (found.length === 0) return [`${path} says no version where it should say ${version}`];
      return found.flatMap((each) => (each === version ? [] : [`${path} says ${each}, not ${version}`]));
    }),
  );
  const entry = readChangelog(read("CHANGELOG.md")).find(({ name }) => name === version);
  const changelog = [
    ...(entry ? [] : [`CHANGELOG.md has no entry for ${version}`]),
    ...(entry && entry.text === "" ? [`CHANGELOG.md says nothing of ${version}`] : []),
  ];
  const manifests = ["runs", "service"]
    .map((name) => read(`dist/argocd/applications/froussard/${name}.yaml`))
    .join("\n");
  const stale = images.flatMap(({ name }) => {
    const used = [...manifests.matchAll(new RegExp(`ghcr\\.io/gregkonush/${name}:(\\S+)`, "g"))].map(([, tag]) => tag);
    const wrong = [...new Set(used)].filter((tag) => tag !== version);
    return wrong.map((tag) => `dist/ uses ${name}:${tag}, not ${version}; run npm run synth`);
  });
  return [...new Set([...places, ...changelog, ...stale])];
}
