import * as z from "zod";
import type { ApiClient } from "../../cluster/api-client.ts";

const review = z.object({
  status: z.object({
    resourceRules: z.array(
      z.object({
        verbs: z.array(z.string()),
        apiGroups: z.array(z.string()).default([""]),
        resources: z.array(z.string()).default([]),
        resourceNames: z.array(z.string()).default([]),
      }),
    ),
  }),
});

/** Everybody who is signed in may ask what they may do. */
const everybodys =
  /^create (?:authorization|authentication)\.k8s\.io\/self(?:subject(?:access|rules)reviews|subjectreviews)$/;

/** All that an account may do in a namespace, as `verb group/resource`, sorted: what the API server itself says. */
export async function accountRights(client: ApiClient, namespace: string): Promise<string[]> {
  const { status, body } = await client("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", {
    method: "POST",
    body: { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectRulesReview", spec: { namespace } },
  });
  if (status !== 201) throw new Error(`the API server does not say what may be done in ${namespace}: status ${status}`);
  const rights = review
    .parse(body)
    .status.resourceRules.flatMap(({ verbs, apiGroups, resources, resourceNames }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) =>
          verbs.map((verb) => `${verb} ${group}/${resource}${resourceNames.map((name) => ` ${name}`).join("")}`),
        ),
      ),
    );
  return rights.filter((right) => !everybodys.test(right)).sort();
}
