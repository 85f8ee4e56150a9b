import { randomBytes } from "node:crypto";
import { namespaces } from "@froussard/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { cacheFolder } from "../../../infra/platform/cache-folder.ts";
import { type ApiAnswer, type ApiClient, type ApiServer, apiClient, readKubeconfig } from "../cluster/api-client.ts";
import { readCluster } from "../cluster/cluster.ts";
import { platformFolder } from "../cluster/layout.ts";
import { accountRights } from "./rights/account-rights.ts";
import { type Action, attempt, nameOfAction } from "./rights/action.ts";
import { dangerousActions } from "./rights/dangerous-actions.ts";
import { expectedRights } from "./rights/expected-rights.ts";

const { service, workflows, kafka } = namespaces;
const expected = expectedRights({ service, workflows });
const dangerous = dangerousActions({ service, workflows }, kafka);
const cluster = readCluster(platformFolder(cacheFolder(process.env)));

let server: ApiServer;
let admin: ApiClient;

/** Asks as this account (`namespace/name`) would, with a token that the API server hands out for it. */
async function as(account: string): Promise<ApiClient> {
  const [namespace = "", name = ""] = account.split("/");
  const token = await cluster.kubectl(["create", "token", name, "--namespace", namespace, "--duration=10m"]);
  return apiClient(server, { token: token.trim() });
}

beforeAll(() => {
  const { server: found, identity } = readKubeconfig(cluster.state.kubeconfig);
  server = found;
  admin = apiClient(server, identity);
});

/** Refused for want of the right: Pod Security refuses with the same status, in other words. */
function isRefused({ verb }: Action, { status, body }: ApiAnswer): boolean {
  return status === 403 && ((body as { message?: string }).message ?? "").includes(`cannot ${verb} resource`);
}

/** Names of those actions whose answer is such. */
async function withAnswers(
  client: ApiClient,
  actions: readonly Action[],
  isSuch: (action: Action, answer: ApiAnswer) => boolean,
): Promise<string[]> {
  const answers = await Promise.all(actions.map(async (action) => ({ action, answer: await attempt(client, action) })));
  return answers
    .filter(({ action, answer }) => isSuch(action, answer))
    .map(({ action, answer }) => `${nameOfAction(action)}: ${answer.status}`);
}

const allows = (account: string, { verb, group = "", resource, namespace }: Action) =>
  expected[account]?.some(
    (right) =>
      right.verb === verb && right.group === group && right.resource === resource && right.namespace === namespace,
  );

test("these are the accounts that there are: a new one needs its rights written down", async () => {
  const listed = z.object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }) })) });
  const found = await Promise.all(
    [service, workflows].map(async (namespace) =>
      listed
        .parse(await cluster.kubectlJson(["get", "serviceaccounts", "--namespace", namespace]))
        .items.map(({ metadata }) => `${namespace}/${metadata.name}`),
    ),
  );
  expect(found.flat().sort()).toEqual(Object.keys(expected).sort());
});

test("nothing that is tried is refused for another reason: the administrator is let through everywhere", async () => {
  const refused = await withAnswers(
    admin,
    dangerous,
    (action, answer) => answer.status === 401 || answer.status >= 500 || isRefused(action, answer),
  );
  expect(refused).toEqual([]);
});

describe.each(Object.keys(expected))("%s", (account) => {
  let client: ApiClient;
  beforeAll(async () => {
    client = await as(account);
  });

  test.each([service, workflows, kafka, "kube-system", "default"])(
    "may do in %s what it needs, and nothing else",
    async (namespace) => {
      const needed = expected[account]
        ?.filter((right) => right.namespace === namespace)
        .map(({ verb, group, resource }) => `${verb} ${group}/${resource}`);
      expect(await accountRights(client, namespace)).toEqual(needed?.sort());
    },
  );

  test("is refused what a thief of its token would try", async () => {
    const others = dangerous.filter((each) => !allows(account, each));
    const done = await withAnswers(client, others, (action, answer) => !isRefused(action, answer));
    expect(done).toEqual([]);
  });
});

describe("what the accounts are for works", () => {
  const at = `/apis/argoproj.io/v1alpha1/namespaces/${workflows}`;
  const name = `rights-${randomBytes(4).toString("hex")}`;
  /** It never begins. */
  const workflow = (sender: string) => ({
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { name, annotations: { "codex-task/sender": sender } },
    spec: {
      suspend: true,
      arguments: {
        parameters: [
          { name: "stage", value: "planning" },
          { name: "repository", value: "octocat/none" },
        ],
      },
      workflowTemplateRef: { name: "github-codex-task" },
    },
  });
  const result = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "WorkflowTaskResult",
    metadata: { name, labels: { "workflows.argoproj.io/workflow": name } },
  };

  afterAll(async () => {
    await cluster.kubectl([
      ...["delete", "--namespace", workflows, "--ignore-not-found"],
      ...[`workflows/${name}`, `workflowtaskresults/${name}`],
    ]);
  });

  test("the Sensor looks for a Workflow, creates it, and merges what comes again; `watch` sees it", async () => {
    const sensor = await as(`${workflows}/github-codex-sensor`);
    const watch = await as(`${service}/froussard-watch`);
    const path = `${at}/workflows/${name}`;
    expect(await sensor(path)).toMatchObject({ status: 404 });
    expect(await sensor(`${at}/workflows`, { method: "POST", body: workflow("first") })).toMatchObject({ status: 201 });
    expect(await sensor(path)).toMatchObject({ status: 200 });
    const again = { method: "PATCH", contentType: "application/merge-patch+json", body: workflow("second") } as const;
    expect(await sensor(path, again)).toMatchObject({
      status: 200,
      body: { metadata: { annotations: { "codex-task/sender": "second" } } },
    });

    expect(await watch(path)).toMatchObject({ status: 200, body: { metadata: { name } } });
    const { status, body } = await watch(
      `${at}/workflows?labelSelector=workflows.argoproj.io/completed!=true&limit=500`,
      {
        headers: { accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1, application/json" },
      },
    );
    expect(status).toBe(200);
    expect((body as { items: object[] }).items).toContainEqual(
      expect.objectContaining({ metadata: expect.objectContaining({ name }) }),
    );
  });

  test.each([
    ["a token of the day", undefined],
    ["the one in the Secret, which Argo uses", "codex-executor.service-account-token"],
  ])("the executor writes what came of its pod, with %s", async (_, secret) => {
    const executor =
      secret === undefined
        ? await as(`${workflows}/codex-executor`)
        : apiClient(server, { token: await secretToken(secret) });
    const path = `${at}/workflowtaskresults`;
    const own = secret === undefined ? name : `${name}-secret`;
    const body = { ...result, metadata: { ...result.metadata, name: own } };
    expect(await executor(path, { method: "POST", body })).toMatchObject({ status: 201 });
    const merge = { method: "PATCH", contentType: "application/merge-patch+json" } as const;
    expect(await executor(`${path}/${own}`, { ...merge, body: { message: "done" } })).toMatchObject({ status: 200 });
    expect(await executor(`${path}/${own}`)).toMatchObject({ status: 403 });
    expect(await executor(`${path}/${own}`, { method: "DELETE" })).toMatchObject({ status: 403 });
    await cluster.kubectl(["delete", "--namespace", workflows, `workflowtaskresults/${own}`]);
  });
});

async function secretToken(name: string): Promise<string> {
  const encoded = await cluster.kubectl([
    "get",
    "secret",
    name,
    "--namespace",
    workflows,
    "--output=jsonpath={.data.token}",
  ]);
  return Buffer.from(encoded, "base64").toString("utf8");
}
