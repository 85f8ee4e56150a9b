import type { BundledPackage } from "../bundled-packages.ts";
import { nodeComponent, npmComponent } from "./components.ts";
import { writeBill } from "./write-bill.ts";

/** Name of a bundle's own bill, beside it: scanners for vulnerabilities look for files of this name. */
export const bundleBillName = "sbom.cdx.json";

/** The bill of materials of a bundle: the packages whose code is in it, with the lock file's checksums, and Node.js. */
export function bundleBill(input: {
  program: { name: string; version: string };
  packages: readonly BundledPackage[];
  /** Text of pnpm-lock.yaml. */
  lockFile: string;
  nodeVersion: string;
}): string {
  const { program, packages, lockFile, nodeVersion } = input;
  const checksums = integrities(lockFile);
  const components = packages.map((each) => npmComponent(each, checksums.get(`${each.name}@${each.version}`)));
  return writeBill({ ...program, kind: "bundle" }, [...components, nodeComponent(nodeVersion)]);
}

/** Checksums by `name@version`, as pnpm's lock file (version 9) has them. */
export function integrities(lockFile: string): Map<string, string> {
  const entries = lockFile.matchAll(
    /^ {2}'?(@?[^'\n@]+@[^'\n(:]+)'?:\n {4}resolution: \{integrity: (sha512-[\w+/=]+)/gm,
  );
  return new Map([...entries].flatMap(([, name, checksum]) => (name && checksum ? [[name, checksum]] : [])));
}
