import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import type { PackageDescription } from "../bundled-packages.ts";
import { bundleBillName } from "./bundle-bill.ts";
import { debianComponent, nodeComponent, npmComponent } from "./components.ts";
import { type DebianPackage, debianPackages } from "./debian-packages.ts";
import { type Subject, writeBill } from "./write-bill.ts";

/** What of an image a bill is made from; paths as in its root filesystem. */
export const billSources = ["app", "etc/os-release", "usr/lib/os-release", "var/lib/dpkg"] as const;

/** What of a bundle's bill is needed; it is our own, so anything else is a mistake. */
const bundleSchema = z.object({
  components: z.array(
    z.object({
      type: z.string(),
      name: z.string(),
      group: z.string().optional(),
      version: z.string(),
      licenses: z
        .array(
          z.object({
            license: z.object({ id: z.string().optional(), name: z.string().optional() }).optional(),
            expression: z.string().optional(),
          }),
        )
        .optional(),
      hashes: z.array(z.object({ alg: z.string(), content: z.string() })).optional(),
    }),
  ),
});

/**
 * The bill of materials of an image, from its root filesystem: the packages in its bundle, those beside it (Codex), Node.js,
 * and the packages of Debian that its descriptions name. @throws Error when it holds no bundle of ours
 */
export function imageBill(subject: Omit<Subject, "kind">, root: string): string {
  const bundle = join(root, "app", bundleBillName);
  if (!existsSync(bundle))
    throw new Error(`${root} holds no app/${bundleBillName}: is it the root of one of our images?`);
  const { components } = bundleSchema.parse(JSON.parse(readFileSync(bundle, "utf8")));
  const release = osRelease(root);
  return writeBill({ ...subject, kind: "image" }, [
    ...components.map(({ type, name, group, version, licenses, hashes }) => {
      if (type === "platform") return nodeComponent(version);
      const full = group === undefined ? name : `${group}/${name}`;
      const license = licenses?.map(({ expression, license: one }) => expression ?? one?.id ?? one?.name).at(0);
      const sha512 = hashes?.find(({ alg }) => alg === "SHA-512")?.content;
      return npmComponent(
        { name: full, version, ...(license !== undefined && { license }) },
        sha512 && `sha512-${Buffer.from(sha512, "hex").toString("base64")}`,
      );
    }),
    ...installedBeside(root).map((each) => npmComponent(each)),
    ...installedDebian(root).map((each) => debianComponent(each, release)),
  ]);
}

/** Packages that are in the image as npm installs them. */
function installedBeside(root: string): PackageDescription[] {
  const paths = globSync("app/node_modules/{*,@*/*}/package.json", { cwd: root }).sort();
  return paths.map((path): PackageDescription => JSON.parse(readFileSync(join(root, path), "utf8")));
}

/** What dpkg's list names, and what images without dpkg say in a file for each package. */
function installedDebian(root: string): DebianPackage[] {
  const list = join(root, "var/lib/dpkg/status");
  const folder = join(root, "var/lib/dpkg/status.d");
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => !name.endsWith(".md5sums")) : [];
  const texts = [...(existsSync(list) ? [list] : []), ...files.sort().map((name) => join(folder, name))];
  const found = texts.flatMap((path) => debianPackages(readFileSync(path, "utf8")));
  return [...new Map(found.map((each) => [`${each.name}:${each.architecture}`, each])).values()];
}

function osRelease(root: string): string | undefined {
  const path = ["usr/lib/os-release", "etc/os-release"]
    .map((name) => join(root, name))
    .find((name) => existsSync(name));
  return path && /^VERSION_ID="?([^"\n]*)"?$/m.exec(readFileSync(path, "utf8"))?.[1];
}
