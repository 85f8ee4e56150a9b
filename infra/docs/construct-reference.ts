import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { generated, table } from "./generated.ts";

const introduction = `# Constructs

The parts that \`infra/\` is made of: each fixes a decision, or is used more than once; everything else stands in the charts
(\`infra/charts/\`, one for each file in \`dist/\`). Charts are given the settings, constructs only what they need of them.`;

const folder = join(import.meta.dirname, "../constructs");

/** The page \`docs/constructs.md\`, from the comments in the source. */
export function constructReference(): string {
  const sections = globSync("*.ts", { cwd: folder, exclude: (file) => String(file).endsWith(".test.ts") })
    .toSorted()
    .flatMap((file) => sectionOf(readFileSync(join(folder, file), "utf8"), file) ?? []);
  return `${[generated, introduction, ...sections].join("\n\n")}\n`;
}

function sectionOf(source: string, file: string): string | undefined {
  const construct = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport class (\w+) extends Construct/.exec(source);
  if (!construct) return undefined;
  const [, comment = "", name = ""] = construct;
  const props =
    new RegExp(`export interface ${name}Props(?: extends [\\w, ]+)? \\{\n([\\s\\S]*?)\n\\}`).exec(source)?.[1] ?? "";
  const rows = [...props.matchAll(/(?:^ {2}\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n)?^ {2}(\w+)(\??):/gm)].map((match) => {
    const [, about = "", prop = "", optional] = match;
    const [meaning = "", fallback] = words(about).split("@default");
    return [`\`${prop}\``, optional ? (fallback?.replace(/^ (- )?/, "") ?? "") : "**required**", meaning.trim()];
  });
  return `## ${name}\n\n${words(comment)}\n\n\`infra/constructs/${file}\`\n\n${table(["Prop", "Default", "What it is"], rows)}`;
}

/** A comment as one paragraph. */
function words(comment: string): string {
  return comment
    .replaceAll(/^\s*\* ?/gm, "")
    .replaceAll(/\{@link (\w+)\}/g, "`$1`")
    .split(/\s+/)
    .join(" ")
    .trim();
}
