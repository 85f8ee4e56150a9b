import { nameOf, namespaceOf, type Objects } from "./objects.ts";
import { podsOf } from "./pods.ts";
import { at, listAt, textAt, under } from "./tree.ts";

/** One verb on one kind of object, in a namespace, of a ServiceAccount (`namespace/name`). */
interface Right {
  account: string;
  verb: string;
  /** `apiGroup/resource` */
  resource: string;
  namespace: string;
  /** Who needs it, or gives it. */
  by: string;
}

/** Every account may do what the object that uses it needs, and nothing more. */
export function rightFaults(objects: Objects): string[] {
  const needed = [...sensorNeeds(objects), ...executorNeeds(objects), ...programNeeds(objects)];
  const granted = grantedRights(objects);
  const same = (a: Right) => (b: Right) =>
    a.account === b.account && a.verb === b.verb && a.resource === b.resource && a.namespace === b.namespace;
  return [
    ...needed
      .filter((right) => !granted.some(same(right)))
      .map(
        ({ by, account, verb, resource, namespace }) =>
          `${by}: ServiceAccount ${account} may not ${verb} ${resource} in ${namespace}; its Role is too narrow`,
      ),
    ...granted
      .filter((right) => !needed.some(same(right)))
      .map(
        ({ by, account, verb, resource, namespace }) =>
          `${by}: lets ServiceAccount ${account} ${verb} ${resource} in ${namespace}, which nothing needs; it is too wide`,
      ),
  ];
}

/** What the operation of a `k8s` trigger calls: "patch" creates what is not there. */
const verbsOf: Readonly<Record<string, readonly string[]>> = {
  create: ["create"],
  patch: ["get", "create", "patch"],
  update: ["get", "create", "update"],
  delete: ["get", "delete"],
};

function sensorNeeds(objects: Objects): Right[] {
  return objects.ofKind("Sensor").flatMap((sensor) =>
    under(sensor, "k8s").flatMap((trigger) => {
      const resource = at(trigger, "source.resource");
      const group = textAt(resource, "apiVersion")?.split("/")[0];
      const account = `${namespaceOf(sensor)}/${textAt(sensor, "spec.template.serviceAccountName")}`;
      return (verbsOf[textAt(trigger, "operation") ?? "create"] ?? []).map((verb) => ({
        ...{ account, verb, by: nameOf(sensor) },
        resource: `${group}/${textAt(resource, "kind")?.toLowerCase()}s`,
        namespace: textAt(resource, "metadata.namespace") ?? namespaceOf(sensor),
      }));
    }),
  );
}

function executorNeeds(objects: Objects): Right[] {
  return objects.ofKind("WorkflowTemplate").flatMap((template) =>
    under(template, "executor").flatMap((executor) =>
      ["create", "patch"].map((verb) => ({
        account: `${namespaceOf(template)}/${textAt(executor, "serviceAccountName")}`,
        ...{ verb, resource: "argoproj.io/workflowtaskresults", namespace: namespaceOf(template) },
        by: nameOf(template),
      })),
    ),
  );
}

/** A program that is told the namespace of the runs lists the Workflows there. */
function programNeeds(objects: Objects): Right[] {
  return podsOf(objects).flatMap(({ name, namespace, serviceAccount, containers }) =>
    containers
      .flatMap((container) => listAt(container, "env"))
      .filter((variable) => textAt(variable, "name") === "WORKFLOWS_NAMESPACE")
      .flatMap((variable) =>
        ["get", "list"].map((verb) => ({
          ...{ account: `${namespace}/${serviceAccount}`, verb, resource: "argoproj.io/workflows", by: name },
          namespace: textAt(variable, "value") ?? "",
        })),
      ),
  );
}

function grantedRights(objects: Objects): Right[] {
  return objects.ofKind("RoleBinding").flatMap((binding) => {
    const role = objects.find("Role", namespaceOf(binding), textAt(binding, "roleRef.name"));
    if (!role) return [];
    const names = (rule: unknown, path: string) => listAt(rule, path).map(String);
    const rights = listAt(role, "rules").flatMap((rule) =>
      names(rule, "apiGroups").flatMap((group) =>
        names(rule, "resources").flatMap((resource) =>
          names(rule, "verbs").map((verb) => ({ verb, resource: `${group}/${resource}` })),
        ),
      ),
    );
    return listAt(binding, "subjects").flatMap((subject) =>
      rights.map((right) => ({
        ...right,
        account: `${textAt(subject, "namespace")}/${textAt(subject, "name")}`,
        namespace: namespaceOf(binding),
        by: nameOf(role),
      })),
    );
  });
}
