import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { argoEventsClasses, classesFile } from "./argo-events-classes.ts";
import { crdsFiles } from "./crds-files.ts";

const root = join(import.meta.dirname, "../..");
const crds = crdsFiles();
for (const [file, text] of crds) {
  const path = join(root, "crds", file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
writeFileSync(join(root, "imports", classesFile), argoEventsClasses(crds));
