import { k8s } from "cdk8s-plus-28";
import { Construct } from "constructs";

export interface GrantProps {
  /** Of the Role and its binding. */
  name: string;
  /** Where the objects lie that it is about. */
  namespace: string;
  /** Who may. */
  serviceAccount: { name: string; namespace: string };
  apiGroup: string;
  /** In the plural, as the API server calls it. */
  resource: string;
  verbs: readonly string[];
  /** Of Role and binding. @default - none */
  annotations?: Record<string, string>;
}

/** What a ServiceAccount may do with one kind of object in one namespace: a Role and its binding. */
export class Grant extends Construct {
  constructor(scope: Construct, id: string, props: GrantProps) {
    super(scope, id);
    const { name, namespace, serviceAccount, apiGroup, resource, verbs, annotations } = props;
    if (verbs.length === 0 || [...verbs, resource].includes("*"))
      throw new Error(`grant ${name}: name its resource and its verbs, not ${resource}: ${verbs.join(", ")}`);
    const metadata = { name, namespace, ...(annotations && { annotations }) };
    new k8s.KubeRole(this, "role", {
      metadata,
      rules: [{ apiGroups: [apiGroup], resources: [resource], verbs: [...verbs] }],
    });
    new k8s.KubeRoleBinding(this, "binding", {
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
      subjects: [{ kind: "ServiceAccount", ...serviceAccount }],
    });
  }
}
