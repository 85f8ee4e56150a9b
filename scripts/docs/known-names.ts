import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { failureCodes, labels, topics } from "@froussard/contract";
import { settingsSchema } from "@froussard/infra/settings/schema";
import * as z from "zod";
import { root } from "./documentation.ts";

/** What documentation may call by its name. */
export interface KnownNames {
  /** Environment variables and metrics: every word of that form in the sources. */
  words: ReadonlySet<string>;
  /** Paths of settings, groups included. */
  settings: ReadonlySet<string>;
  /** Names that look like settings, and are of something else. */
  others: ReadonlySet<string>;
  labels: ReadonlySet<string>;
  failures: ReadonlySet<string>;
  /** Of the root's package.json. */
  scripts: ReadonlySet<string>;
  /** Texts of the sources, in which log lines are looked for. */
  sources: readonly string[];
}

/** Looks it all up in the sources, the schemas and the contract. */
export function knownNames(): KnownNames {
  const sources = globSync(
    "{contract,github,service,runner,local,infra,simulators,scripts,e2e,bench}/**/{*.ts,*.mjs,Dockerfile}",
    {
      cwd: root,
      exclude: (path) => /node_modules|sample-project/.test(path),
    },
  )
    .filter((path) => !/\.test\.ts$|[/\\](?:testing|attacks)[/\\]/.test(path))
    .map((path) => readFileSync(join(root, path), "utf8"));
  const words = new Set(sources.flatMap((text) => text.match(wordForm) ?? []));
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));
  return {
    words,
    settings: settingPaths(),
    others: new Set(Object.values(topics)),
    labels: new Set(Object.values(labels)),
    failures: new Set(failureCodes),
    scripts: new Set([...Object.keys(scripts), "install", "ci"]),
    sources,
  };
}

const wordForm = /\b(?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|froussard_[a-z0-9_]+)\b/g;

interface Schema {
  properties?: Readonly<Record<string, Schema>>;
  oneOf?: readonly Schema[];
  items?: Schema;
}

function settingPaths(): Set<string> {
  const paths = new Set<string>();
  const walk = ({ properties, oneOf, items }: Schema, path: string): void => {
    if (path !== "") paths.add(path);
    for (const each of oneOf ?? []) walk(each, path);
    if (items) walk(items, `${path}[]`);
    for (const [name, each] of Object.entries(properties ?? {})) walk(each, path === "" ? name : `${path}.${name}`);
  };
  walk(z.toJSONSchema(settingsSchema, { io: "input", unrepresentable: "any" }) as Schema, "");
  return paths;
}
