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
    "Each command asks for the values, so that they stand in no history; end each one with Enter.",
    `\`\`\`bash\n${secrets
      .filter(({ isMadeElsewhere }) => !isMadeElsewhere)
      .map(command)
      .join("\n")}\n\`\`\``,
  ].join("\n\n")}\n`;
}

/** Values come from files that are pipes: neither history nor the process list shows them. */
function command({ namespace, name, keys }: DeclaredSecret): string {
  const literals = keys
    .filter(({ optional }) => !optional)
    .map(({ key, holds, isFile }) => {
      if (isFile) return `--from-file=${key}=<file>`;
      return key === "username"
        ? `--from-literal=username=${holds}`
        : `--from-file=${key}=<(read -rsp "${holds}: " v && printf %s "$v")`;
    });
  return `kubectl create secret generic ${name} -n ${namespace} ${literals.join(" ")}`;
}
