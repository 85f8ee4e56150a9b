import { expect, test } from "vitest";
import { declaredConfigMaps } from "../../secrets/declared-config-maps.ts";
import { declaredSecrets } from "../../secrets/declared-secrets.ts";
import { deployment, everythingOn, settingsWith } from "../../testing/deployment.ts";
import type { Manifest } from "../../validate-manifest.ts";
import { referenceFaults } from "../check-references.ts";

/** What breaks a deployment. */
export type Break = (manifests: Manifest[]) => Manifest[];

/** Takes an object away. */
export const without =
  (kind: string, name: string): Break =>
  (manifests) =>
    manifests.filter((object) => object.kind !== kind || object.metadata?.name !== name);

/** Changes the text of one object, so that a test says what it breaks and not where that lies. */
export const change =
  (kind: string, name: string, from: RegExp | string, to: string): Break =>
  (manifests) =>
    manifests.map((object) =>
      object.kind === kind && object.metadata?.name === name
        ? (JSON.parse(JSON.stringify(object).replace(from, to)) as Manifest)
        : object,
    );

const settings = settingsWith(everythingOn);
const whole = deployment(settings);

/** For tests only: each break is told by a fault that holds this text. */
export function testBrokenLinks(links: readonly [what: string, broken: Break, fault: string][]): void {
  test.each(links)("%s", (_, broken, fault) => {
    const manifests = broken(structuredClone(whole));
    expect(manifests).not.toEqual(whole);
    expect(referenceFaults(manifests, declaredSecrets(settings), declaredConfigMaps(settings))).toContainEqual(
      expect.stringContaining(fault),
    );
  });
}
