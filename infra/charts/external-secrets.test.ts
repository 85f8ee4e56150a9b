import { expect, test } from "vitest";
import { at } from "../references/tree.ts";
import { deployment, object, settingsWith } from "../testing/deployment.ts";

const manifests = deployment(settingsWith({ externalSecrets: { kind: "store", store: "vault" } }));

test("a key that must be there is fetched by its name, one that may be missing with what is there", () => {
  expect(at(object(manifests, "ExternalSecret", "github-secret"), "spec")).toMatchObject({
    data: [{ secretKey: "webhook-secret", remoteRef: { key: "froussard/github-secret", property: "webhook-secret" } }],
    dataFrom: [{ extract: { key: "froussard/github-secret" } }],
  });
  const fetchedWhole = manifests.filter((each) => at(each, "spec.dataFrom") !== undefined);
  expect(fetchedWhole.map(({ metadata }) => metadata?.name)).toEqual(["github-secret"]);
});
