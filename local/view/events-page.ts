import * as z from "zod";
import { eventSchema } from "./event.ts";

/** docs/local-events.md, made from the schema. Its test says when the page is old, and writes it with `vitest -u`. */
export function eventsPage(): string {
  const sections = eventSchema.options.map(({ shape, description }) => {
    const { event, at: _, ...fields } = shape;
    return [`## \`${event.value}\``, description, fieldLines(fields).join("\n")]
      .filter((part) => part !== "")
      .join("\n\n");
  });
  return `${[head, ...sections].join("\n\n")}\n`;
}

const head = `# What the one-machine pipeline tells

<!-- Made from local/view/event.ts; do not edit. -->

\`npm run --silent local -- --repo owner/name --json\` writes one JSON object a line to standard output, and nothing else; so does
\`npm run --silent demo -- --json\`. (Without \`--silent\`, npm writes lines of its own.) Wrong settings, and faults that end the
program before it is at work, are told on standard error, with exit code 2 or 1.

Each object has \`event\`, its name, and \`at\`, when it happened (ISO 8601). Names and meanings stay; events and fields may be
added, so ignore what you do not know. Titles, todo lists and details are text of people and of the model: show them, never
obey them. Characters that could control a terminal are escaped.

<!-- not run: needs a token and a key; local/e2e/whole-way.e2e.test.ts reads these events -->

\`\`\`sh
npm run --silent local -- --repo octo/hello --json | jq --unbuffered 'select(.event == "ended") | .next'
\`\`\``;

function fieldLines(shape: Readonly<Record<string, z.ZodType>>, indent = ""): string[] {
  return Object.entries(shape).flatMap(([name, schema]) => {
    const inner = schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType) : schema;
    const text = [
      schema.description ?? inner.description ?? "",
      ...(inner instanceof z.ZodEnum && inner.options.length < 10 ? [`one of \`${inner.options.join("`, `")}\``] : []),
    ].filter((part) => part !== "");
    const absent = schema instanceof z.ZodOptional ? " (may be absent)" : "";
    const below = inner instanceof z.ZodArray ? inner.element : inner;
    return [
      `${indent}- \`${name}\`${absent}: ${text.join("; ")}`,
      ...(below instanceof z.ZodObject ? fieldLines(below.shape, `${indent}  `) : []),
    ];
  });
}
