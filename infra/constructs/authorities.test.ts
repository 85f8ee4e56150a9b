import { expect, test } from "vitest";
import { listAt, textAt, under } from "../references/tree.ts";
import { deployment, object, settingsWith } from "../testing/deployment.ts";
import { authorityMounts, authorityVariables, authorityVolumes } from "./authorities.ts";

test("without a ConfigMap there is nothing", () => {
  expect(authorityVariables(undefined)).toEqual({ NODE_EXTRA_CA_CERTS: undefined });
  expect([...authorityVolumes(undefined), ...authorityMounts(undefined)]).toEqual([]);
});

test("what speaks to GitHub sees the authorities at the path of its variable; the agent, which does not, sees none", () => {
  const manifests = deployment(settingsWith({ caConfigMap: "company" }));
  const templates = listAt(object(manifests, "WorkflowTemplate"), "spec.templates");
  const template = (name: string) => templates.find((each) => textAt(each, "name") === name);
  const programs = [
    ...["froussard-serve", "froussard-watch"].map((name) => object(manifests, "Deployment", name)),
    ...["mediator", "report"].map(template),
  ];
  for (const program of programs) {
    expect(under(program, "configMap")).toEqual([{ name: "company", items: [{ key: "ca.crt", path: "ca.crt" }] }]);
    expect(under(program, "env").flat()).toContainEqual({
      name: "NODE_EXTRA_CA_CERTS",
      value: "/etc/authorities/ca.crt",
    });
    expect(under(program, "volumeMounts").flat()).toContainEqual({
      ...{ name: "authorities", mountPath: "/etc/authorities", readOnly: true },
    });
  }
  expect(JSON.stringify(template("agent"))).not.toMatch(/authorities|CA_CERTS/);
});
