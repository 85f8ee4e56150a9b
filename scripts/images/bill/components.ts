import { Contrib, Enums, Models } from "@cyclonedx/cyclonedx-library";
import { PackageURL } from "packageurl-js";
import parseExpression from "spdx-expression-parse";
import type { PackageDescription } from "../bundled-packages.ts";
import type { DebianPackage } from "./debian-packages.ts";

const licenses = new Contrib.License.Factories.LicenseFactory(parseExpression);

/** A package of npm's registry; `integrity` is the lock file's checksum (`sha512-<base64>`). */
export function npmComponent({ name, version, license }: PackageDescription, integrity?: string): Models.Component {
  const [scope, bare] = name.startsWith("@") ? name.split("/") : [undefined, name];
  const component = new Models.Component(Enums.ComponentType.Library, bare ?? name, {
    version,
    ...(scope !== undefined && { group: scope }),
    purl: new PackageURL("npm", scope, bare ?? name, version, undefined, undefined).toString(),
  });
  component.bomRef.value = `${name}@${version}`;
  if (license !== undefined) component.licenses.add(licenses.makeFromString(license));
  const sha512 = /^sha512-(.+)$/.exec(integrity ?? "")?.[1];
  if (sha512 !== undefined)
    component.hashes.set(Enums.HashAlgorithm["SHA-512"], Buffer.from(sha512, "base64").toString("hex"));
  return component;
}

/** The Node.js that runs a program. */
export function nodeComponent(version: string): Models.Component {
  const component = new Models.Component(Enums.ComponentType.Platform, "node", {
    version,
    purl: new PackageURL("generic", undefined, "node", version, undefined, undefined).toString(),
  });
  component.bomRef.value = `node@${version}`;
  return component;
}

/** A package of Debian's; `release` is the system's `VERSION_ID`. */
export function debianComponent(found: DebianPackage, release: string | undefined): Models.Component {
  const { name, version, architecture } = found;
  const qualifiers = { arch: architecture, ...(release !== undefined && { distro: `debian-${release}` }) };
  const component = new Models.Component(Enums.ComponentType.Library, name, {
    version,
    purl: new PackageURL("deb", "debian", name, version, qualifiers, undefined).toString(),
  });
  component.bomRef.value = `deb:${name}:${architecture}@${version}`;
  return component;
}
