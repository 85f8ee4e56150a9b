/** A place outside of the root package.json where the version stands, because something there reads it. */
export interface VersionPlace {
  /** Files, as a glob from the repository's root. */
  files: string;
  /** Matches with the version as the group `version`, each of which must be it. */
  pattern: RegExp;
}

const number = String.raw`(?<version>\d+\.\d+\.\d+(?:-[\w.]+)?)`;

/** Everything that `set` writes and `check` reads; what is generated (dist/, docs/settings.md) follows by `npm run synth`. */
export const versionPlaces: readonly VersionPlace[] = [
  { files: "*/package.json", pattern: new RegExp(`^ {2}"version": "${number}",$`, "gm") },
  { files: "{service,runner}/Dockerfile", pattern: new RegExp(`^ARG VERSION=${number}$`, "gm") },
  {
    files: "{infra/settings/schema.ts,docs/images.md,runner/images/example-toolchain/Dockerfile}",
    pattern: new RegExp(String.raw`ghcr\.io/gregkonush/(?:froussard|codex-runner|codex-agent):${number}`, "g"),
  },
  { files: "docs/images.md", pattern: new RegExp(String.raw`\| \`${number}\`, empty, empty`, "g") },
];

/** The versions that stand in a text, as a place has them. */
export function versionsIn(text: string, { pattern }: VersionPlace): string[] {
  return [...text.matchAll(pattern)].flatMap(({ groups }) => groups?.["version"] ?? []);
}

/** The text with another version in each of those places. */
export function withVersion(text: string, { pattern }: VersionPlace, version: string): string {
  return text.replaceAll(pattern, (match, found: string) => match.replace(found, version));
}
