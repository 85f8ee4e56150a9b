import type { IHTTPRoute } from "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute";
import { k8s } from "cdk8s-plus-28";
import { Construct } from "constructs";
import { labelsOf } from "./labels.ts";
import { addManifest } from "./manifest.ts";

/** The only path that people outside need: health, metrics and dead letters stay inside. */
const path = "/webhooks/github";

/** Of an Ingress, or of an HTTPRoute; what is undefined is left to the cluster. */
type Way =
  | {
      kind: "ingress";
      host: string;
      className?: string | undefined;
      tlsSecret?: string | undefined;
      annotations: Record<string, string>;
    }
  | { kind: "httpRoute"; host: string; parentRefs: readonly GatewayRef[] };

interface GatewayRef {
  name: string;
  namespace?: string | undefined;
  sectionName?: string | undefined;
}

export interface WebhookRouteProps {
  name: string;
  namespace: string;
  /** The Service behind it. */
  service: string;
  /** The Service's port. */
  port: number;
  /** Whether an Ingress or an HTTPRoute, its host, and what its controller must know. */
  way: Way;
}

/** How GitHub reaches the service: an Ingress or an HTTPRoute, for the webhooks' path alone. */
export class WebhookRoute extends Construct {
  constructor(scope: Construct, id: string, props: WebhookRouteProps) {
    super(scope, id);
    const { name, namespace, service, port, way } = props;
    const labels = labelsOf("serve");
    if (way.kind === "ingress") {
      const { host, className, tlsSecret, annotations } = way;
      new k8s.KubeIngress(this, "ingress", {
        metadata: { name, namespace, labels, annotations },
        spec: {
          ...(className !== undefined && { ingressClassName: className }),
          ...(tlsSecret !== undefined && { tls: [{ hosts: [host], secretName: tlsSecret }] }),
          rules: [
            {
              host,
              http: {
                paths: [{ path, pathType: "Exact", backend: { service: { name: service, port: { number: port } } } }],
              },
            },
          ],
        },
      });
      return;
    }
    addManifest<IHTTPRoute>(this, "route", {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata: { name, namespace, labels },
      spec: {
        hostnames: [way.host],
        parentRefs: way.parentRefs.map((parent) => ({
          name: parent.name,
          ...(parent.namespace !== undefined && { namespace: parent.namespace }),
          ...(parent.sectionName !== undefined && { sectionName: parent.sectionName }),
        })),
        rules: [{ matches: [{ path: { type: "Exact", value: path } }], backendRefs: [{ name: service, port }] }],
      },
    });
  }
}
