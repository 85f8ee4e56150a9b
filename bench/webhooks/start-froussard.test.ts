import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { nodeOptions } from "./start-froussard.ts";

test("the service is measured with the options of its image", () => {
  const dockerfile = readFileSync(join(import.meta.dirname, "../../service/Dockerfile"), "utf8");
  expect(nodeOptions(dockerfile)).toContain("--enable-source-maps");
  expect(nodeOptions('ENTRYPOINT ["/bin/node", "--a", "--b=1", "/app/main.mjs"]')).toEqual(["--a", "--b=1"]);
  expect(() => nodeOptions('ENTRYPOINT ["/bin/sh"]')).toThrow(/no ENTRYPOINT of Node.js/);
});
