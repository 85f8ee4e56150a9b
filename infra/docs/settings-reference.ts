import * as z from "zod";
import { settingsSchema } from "../settings/schema.ts";
import { generated, table } from "./generated.ts";

/** What is used here of a JSON Schema. */
interface Schema {
  description?: string;
  default?: unknown;
  type?: string;
  const?: unknown;
  enum?: readonly unknown[];
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  oneOf?: readonly Schema[];
  items?: Schema;
}

const introduction = `# Settings

Everything that differs between deployments stands in \`infra/settings.ts\`. Change it, run \`npm run synth\`, commit \`dist/\`
with it. What is left out there has the default below. All faults are told at once, each with its name, its value and what
to do.`;

/** The page \`docs/settings.md\`, from the schema alone. */
export function settingsReference(): string {
  const schema = z.toJSONSchema(settingsSchema, { io: "input", unrepresentable: "any" }) as Schema;
  const entries = Object.entries(schema.properties ?? {});
  const isGroup = ([, each]: [string, Schema]) => each.properties !== undefined || each.oneOf !== undefined;
  const rowsOf = (some: [string, Schema][]) =>
    some.flatMap(([name, each]) => rows(name, each, schema.required?.includes(name) ?? false));
  const sections = entries
    .filter(isGroup)
    .map(([name, each]) => `## ${name}\n\n${each.description}.\n\n${settingsTable(rowsOf([[name, each]]))}`);
  const single = settingsTable(rowsOf(entries.filter((entry) => !isGroup(entry))));
  return `${[generated, introduction, single, ...sections].join("\n\n")}\n`;
}

function settingsTable(rowsOfIt: string[][]): string {
  return table(["Setting", "Default", "What it is"], rowsOfIt);
}

/** A row for each setting below a name: of objects their fields, of alternatives the fields of each. */
function rows(name: string, schema: Schema, isRequired: boolean): string[][] {
  const { properties, oneOf, items } = schema;
  if (oneOf) return oneOf.flatMap((each) => alternativeRows(name, each, schema.default));
  if (properties)
    return Object.entries(properties).flatMap(([field, each]) =>
      rows(`${name}.${field}`, each, schema.required?.includes(field) ?? false),
    );
  const own = [`\`${name}\``, defaultOf(schema, isRequired), meaningOf(schema)];
  const inner = items?.properties ? rows(`${name}[]`, items, false) : [];
  return [own, ...inner];
}

function alternativeRows(name: string, { properties = {}, required = [] }: Schema, chosen: unknown): string[][] {
  const { kind, ...fields } = properties;
  const isChosen = (chosen as { kind?: unknown } | undefined)?.kind === kind?.const;
  const head = [
    `\`${name}.kind\``,
    isChosen ? `\`"${kind?.const}"\`` : "",
    `\`"${kind?.const}"\`: ${kind?.description}`,
  ];
  return [
    head,
    ...Object.entries(fields).flatMap(([field, each]) => rows(`${name}.${field}`, each, required.includes(field))),
  ];
}

function defaultOf({ default: value }: Schema, isRequired: boolean): string {
  if (value !== undefined) return `\`${JSON.stringify(value)}\``;
  return isRequired ? "**required**" : "left out";
}

function meaningOf({ description, enum: values }: Schema): string {
  return `${description}${values ? ` (${values.map((value) => `\`${value}\``).join(", ")})` : ""}`;
}
