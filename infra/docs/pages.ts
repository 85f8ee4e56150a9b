import type { Settings } from "../settings/schema.ts";
import { constructReference } from "./construct-reference.ts";
import { failuresTable } from "./failures-table.ts";
import { secretsTable } from "./secrets-table.ts";
import { settingsReference } from "./settings-reference.ts";

/** The generated pages of docs/, by their names. */
export function pages(settings: Settings): Readonly<Record<string, string>> {
  return {
    "settings.md": settingsReference(),
    "secrets.md": secretsTable(settings),
    "constructs.md": constructReference(),
    "failures.md": failuresTable(),
  };
}
