/** Says at the top of a generated page where it comes from. */
export const generated =
  "<!-- Written by `node scripts/with-toolchain.mjs node infra/write-docs.ts`; a test keeps it true. Do not edit. -->";

/** A table in Markdown; columns that a cell's text would part are escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
