import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { statuses } from "../checks/finding.ts";
import { githubCheckIds } from "../checks/github/github-checks.ts";
import { deploymentChecks } from "./doctor-checks.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/doctor.md"), "utf8");

test("docs/doctor.md tells of every check, in the words and the order of the code", () => {
  const rows = [...page.matchAll(/^\| `([a-z-]+)` *\| (.+?) *\|$/gm)].map(([, id, about]) => [id, about]);
  expect(rows).toEqual(Object.entries(deploymentChecks));
  expect(page).toContain(githubCheckIds.map((id) => `\`${id}\``).join(", "));
  for (const status of statuses) expect(page).toContain(`\`${status}\``);
});
