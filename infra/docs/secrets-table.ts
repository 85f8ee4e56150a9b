import { type DeclaredSecret, declaredSecrets } from "../secrets/declared-secrets.ts";
import type { Settings } from "../settings/schema.ts";
import { generated, table } from "./generated.ts";

const introduction = `# Secrets

Nothing in this repository holds a secret: manifests refer to Secrets by name and key, and people create them, or a store
does (\`externalSecrets\` in [settings](settings.md)). These are the ones that \`infra/settings.ts\` asks for now.`;

/** The page \`docs/secrets.md\`: which Secrets must be there, who reads them, and how they are made and changed. */
export function secretsTable(settings: Settings): string {
  const secrets = declaredSecrets(settings);
  const rows = secrets.map(({ namespace, name, keys, reader, rotation }) => [
    `\`${namespace}/${name}\``,
    keys.map(({ key, holds, optional }) => `\`${key}\`: ${holds}${optional ? " (optional)" : ""}`).join("<br>"),
    reader,
    rotation,
  ]);
  return `${[
    generated,
    introduction,
    table(["Secret", "Keys", "Read by", "To change it"], rows),
    "## To create them",
    "Each command (in bash) asks for the values, so that they stand in no history; end each one with Enter. Where a file is asked\nfor, give its path in the place of FILE.",
    "<!-- not run: makes Secrets in a cluster; infra/docs/secret-commands.test.ts runs it with a program in kubectl's place -->",
    `\`\`\`bash\n${secrets
      .filter(({ isMadeElsewhere }) => !isMadeElsewhere)
      .map(command)
      .join("\n")}\n\`\`\``,
  ].join("\n\n")}\n`;
}

/**
 * Values come from files that are pipes: neither history nor the process list shows them. They are asked for before: what
 * runs within `<(…)` cannot read from a terminal.
 */
function command({ namespace, name, keys }: DeclaredSecret): string {
  const needed = keys.filter(({ optional }) => !optional);
  const typed = needed.filter(({ key, isFile }) => key !== "username" && !isFile);
  const variable = (key: string) => `v${typed.findIndex((each) => each.key === key)}`;
  const sources = needed.map(({ key, holds, isFile }) => {
    if (isFile) return `--from-file=${key}=FILE`;
    return key === "username"
      ? `--from-literal=username=${holds}`
      : `--from-file=${key}=<(printf %s "$${variable(key)}")`;
  });
  const create = `kubectl create secret generic ${name} -n ${namespace} ${sources.join(" ")}`;
  const asked = typed.map(({ key, holds }) => `read -rsp "${holds}: " ${variable(key)} && `);
  return asked.length > 0 ? `(${asked.join("")}${create})` : create;
}
