import { createHash, type Hash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** Our images by what they are called in the settings: what they are built from, and which files of the context that takes. */
export const projectImages = [
  { use: "service", name: "froussard", dockerfile: "service/Dockerfile", folders: ["contract", "github", "service"] },
  {
    ...{ use: "runner", name: "codex-runner", dockerfile: "runner/Dockerfile", target: "runner" },
    folders: ["contract", "github", "runner"],
  },
  {
    ...{ use: "agent", name: "codex-agent", dockerfile: "runner/Dockerfile", target: "agent" },
    folders: ["contract", "github", "runner"],
  },
] as const;
export type ProjectImage = (typeof projectImages)[number];

const shared = ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", "scripts/images"];

/** What no image is made of, though it lies in its folders; `.dockerignore` says the same to the build. */
const isLeftOut = (name: string) =>
  /^\.|\.test\.ts$|\.(?:pem|key|log)$/.test(name) || ["node_modules", "testing", "fixtures"].includes(name);

/**
 * Hash of everything that an image is made of: the same hash, the same image. `machine` names what comes from this machine:
 * Node.js, the builder, the release of the system.
 */
export function imageHash(root: string, { folders, ...image }: ProjectImage, machine: readonly string[]): string {
  const hash = createHash("sha256").update(JSON.stringify([image, machine]));
  for (const path of [...shared, ...folders]) addTo(hash, root, path);
  return hash.digest("hex").slice(0, 16);
}

function addTo(hash: Hash, root: string, path: string): void {
  const full = join(root, path);
  if (!statSync(full).isDirectory()) {
    hash.update(`${path}\0`).update(readFileSync(full)).update("\0");
    return;
  }
  for (const name of readdirSync(full).sort()) if (!isLeftOut(name)) addTo(hash, root, join(path, name));
}
