import { expect, test } from "vitest";
import { at } from "../references/tree.ts";
import { folders } from "../synthesize.ts";
import { deployment, object } from "../testing/deployment.ts";

const application = object(deployment(), "Application");

test("syncs the folder that the synth writes, on the server's side, which also knows every kind's defaults", () => {
  expect(at(application, "spec.source.path")).toBe(`dist/${folders.synced}`);
  expect(at(application, "spec.syncPolicy.syncOptions")).toContain("ServerSideApply=true");
  expect(application.metadata).toMatchObject({
    annotations: { "argocd.argoproj.io/compare-options": "ServerSideDiff=true" },
  });
});

test("takes away what is no longer made, at the end, and undoes what others change", () => {
  expect(at(application, "spec.syncPolicy.automated")).toEqual({ prune: true, selfHeal: true });
  expect(at(application, "spec.syncPolicy.syncOptions")).toContain("PruneLast=true");
});
