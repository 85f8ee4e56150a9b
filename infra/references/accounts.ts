import type { Manifest } from "../validate-manifest.ts";
import { nameOf, namespaceOf, type Objects } from "./objects.ts";
import { podsOf } from "./pods.ts";
import { labelsAt, listAt, textAt, under } from "./tree.ts";

/** ServiceAccounts, Roles and the executor's token Secret that are named somewhere: each exists. */
export function accountFaults(objects: Objects): string[] {
  const missing = (kind: string, namespace: string, name: string | undefined, extra = "") =>
    objects.find(kind, namespace, name) ? [] : [`${kind} ${namespace}/${name} does not exist${extra}`];
  const pods = podsOf(objects).flatMap(({ name, namespace, serviceAccount }) =>
    (serviceAccount === undefined
      ? ["has no serviceAccountName, so that it runs in the namespace's default account"]
      : missing("ServiceAccount", namespace, serviceAccount)
    ).map((fault) => `${name}: ${fault}`),
  );
  const executors = objects.ofKind("WorkflowTemplate").flatMap((template) =>
    under(template, "executor").flatMap((executor) => {
      const name = textAt(executor, "serviceAccountName");
      return [
        ...missing("ServiceAccount", namespaceOf(template), name),
        ...missing(
          "Secret",
          namespaceOf(template),
          `${name}.service-account-token`,
          ", where Argo looks for the token",
        ),
      ].map((fault) => `${nameOf(template)}: ${fault}`);
    }),
  );
  const tokens = objects.ofKind("Secret").flatMap((secret) => {
    const account = labelsAt(secret, "metadata.annotations")["kubernetes.io/service-account.name"];
    return missing("ServiceAccount", namespaceOf(secret), account).map((fault) => `${nameOf(secret)}: ${fault}`);
  });
  const bindings = objects
    .ofKind("RoleBinding")
    .flatMap((binding) =>
      [
        ...missing(textAt(binding, "roleRef.kind") ?? "Role", namespaceOf(binding), textAt(binding, "roleRef.name")),
        ...listAt(binding, "subjects").flatMap((subject) =>
          missing("ServiceAccount", textAt(subject, "namespace") ?? "", textAt(subject, "name")),
        ),
      ].map((fault) => `${nameOf(binding)}: ${fault}`),
    );
  const unbound = objects
    .ofKind("Role")
    .filter((role) => !objects.ofKind("RoleBinding").some((binding) => isOf(binding, role)))
    .map((role) => `${nameOf(role)}: no RoleBinding gives it to anyone`);
  return [...pods, ...executors, ...tokens, ...bindings, ...unbound];
}

function isOf(binding: Manifest, role: Manifest): boolean {
  return namespaceOf(binding) === namespaceOf(role) && textAt(binding, "roleRef.name") === role.metadata?.name;
}
