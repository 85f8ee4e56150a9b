import { describe, expect, test } from "vitest";
import { declaredConfigMaps } from "../secrets/declared-config-maps.ts";
import { declaredSecrets } from "../secrets/declared-secrets.ts";
import type { SettingsInput } from "../settings/schema.ts";
import { deployment, everythingOn, settingsWith } from "../testing/deployment.ts";
import { referenceFaults } from "./check-references.ts";

const faultsOf = (changes?: Partial<SettingsInput>) => {
  const settings = settingsWith(changes);
  return referenceFaults(deployment(settings), declaredSecrets(settings), declaredConfigMaps(settings));
};

describe("nothing is named that does not exist", () => {
  test.each<[string, Partial<SettingsInput>]>([
    ["as it is deployed", {}],
    ["with everything on", everythingOn],
    ["as a GitHub App", { github: { credential: "app" }, secretNames: { githubApp: "bot" } }],
    [
      "with an HTTPRoute",
      { ingress: { kind: "httpRoute", host: "froussard.example.com", parentRefs: [{ name: "gateway" }] } },
    ],
    ["in other namespaces", { namespaces: { service: "hooks", workflows: "runs", kafka: "brokers" } }],
    ["with other Secrets", { secretNames: { githubToken: "bot", openai: "models", serviceKafka: "hooks-kafka" } }],
    ["of another cluster", { kafka: { cluster: "events" } }],
  ])("%s", (_, changes) => {
    expect(faultsOf(changes)).toEqual([]);
  });
});
