import { k8s } from "cdk8s-plus-28";
import { Construct } from "constructs";
import { syncWave } from "./annotations.ts";
import { Grant } from "./grant.ts";

export interface ExecutorAccountProps {
  name: string;
  namespace: string;
}

/**
 * The account of Argo's container in each pod: it writes what came of its pod, and nothing else. Its token is in a Secret
 * because pods mount none by themselves; Argo knows that Secret by its name, and Kubernetes fills it.
 */
export class ExecutorAccount extends Construct {
  constructor(scope: Construct, id: string, props: ExecutorAccountProps) {
    super(scope, id);
    const { name, namespace } = props;
    const annotations = syncWave("platform");
    new k8s.KubeServiceAccount(this, "account", {
      metadata: { name, namespace, annotations },
      automountServiceAccountToken: false,
    });
    new k8s.KubeSecret(this, "token", {
      metadata: {
        name: `${name}.service-account-token`,
        namespace,
        annotations: { ...annotations, "kubernetes.io/service-account.name": name },
      },
      type: "kubernetes.io/service-account-token",
    });
    new Grant(this, "results", {
      name,
      namespace,
      serviceAccount: { name, namespace },
      apiGroup: "argoproj.io",
      resource: "workflowtaskresults",
      verbs: ["create", "patch"],
      annotations,
    });
  }
}
