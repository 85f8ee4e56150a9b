import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const toolchain = readFileSync(join(root, "scripts", "with-toolchain.mjs"), "utf8");
const version = (name: string) => new RegExp(`^const ${name} = "(.*)";$`, "m").exec(toolchain)?.[1];

test.each(["service/Dockerfile", "runner/Dockerfile"])(
  "%s builds with the Node.js and the pnpm that everything is tested with",
  (file) => {
    const text = readFileSync(join(root, file), "utf8");
    // A digest may stand behind it, as renovate.json asks for.
    const image = `docker.io/library/node:${version("NODE")}-bookworm-slim`;
    expect(text).toMatch(new RegExp(`\nARG NODE_IMAGE=${image}(@sha256:[0-9a-f]{64})?\n`));
    expect(text).toContain(`\nARG PNPM_VERSION=${version("PNPM")}\n`);
    const { version: ours }: { version: string } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect([...text.matchAll(/^ARG VERSION=(.*)$/gm)].map(([, each]) => each)).toContain(ours);
    expect(text).not.toMatch(/^ARG VERSION=(?!\d+\.\d+\.\d+$)/m);
  },
);
