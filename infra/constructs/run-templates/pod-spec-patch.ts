import { restrictedContainer } from "../pod-security.ts";
import { type ResourceProps, resources } from "../resources.ts";

/**
 * What no field of a template says. Argo's own containers, `init` and `wait`, have no limits and no security context
 * unless the controller's configuration gives them some, and a `restricted` namespace would refuse the pod. Without links,
 * no Service of the namespace becomes an environment variable.
 */
export function podSpecPatch(
  executorProps: ResourceProps,
  more: { terminationGracePeriodSeconds?: number } = {},
): string {
  const executor = (name: string) => ({
    name,
    securityContext: restrictedContainer(),
    resources: resources(executorProps),
  });
  return JSON.stringify({
    enableServiceLinks: false,
    ...more,
    initContainers: [executor("init")],
    containers: [executor("wait")],
  });
}
