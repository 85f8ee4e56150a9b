import { expect, test } from "vitest";
import { at, under } from "../references/tree.ts";
import { synthConstruct, yamlOf } from "../testing/synth-construct.ts";
import { ProgramDeployment, type ProgramDeploymentProps } from "./program-deployment.ts";

const required: ProgramDeploymentProps = {
  ...{ name: "watch", namespace: "service", component: "watch", image: "froussard:1", args: ["watch"] },
  variables: { WATCH_PORT: 8080, GITHUB_TOKEN: { name: "github-token", key: "token" }, CODEX_SINCE: undefined },
  ports: { http: 8080 },
  resources: { cpu: "100m", memory: "128Mi" },
  shutdownGraceSeconds: 20,
};
const deployment = (props: Partial<ProgramDeploymentProps> = {}) =>
  synthConstruct((chart) => new ProgramDeployment(chart, "program", { ...required, ...props }))[1];
const podOf = (props: Partial<ProgramDeploymentProps> = {}) => at(deployment(props), "spec.template.spec");

test("minimal props", () => {
  const [container] = at(podOf(), "containers") as Record<string, unknown>[];
  const { startupProbe: _, livenessProbe: __, readinessProbe: ___, resources: ____, ...rest } = container ?? {};
  expect(yamlOf([{ container: rest } as never])).toMatchInlineSnapshot(`
    "container:
      args:
        - watch
      env:
        - name: WATCH_PORT
          value: "8080"
        - name: GITHUB_TOKEN
          valueFrom:
            secretKeyRef:
              key: token
              name: github-token
      image: froussard:1
      name: main
      ports:
        - containerPort: 8080
          name: http
      securityContext:
        allowPrivilegeEscalation: false
        capabilities:
          drop:
            - ALL
        readOnlyRootFilesystem: true
        runAsNonRoot: true
      volumeMounts:
        - mountPath: /tmp
          name: tmp
      lifecycle:
        preStop:
          sleep:
            seconds: 5
    "
  `);
});

test("alone, it is gone before the next begins; as more, they take turns", () => {
  expect(at(deployment(), "spec.strategy.type")).toBe("Recreate");
  expect(at(deployment({ replicas: 1 }), "spec.strategy.type")).toBe("RollingUpdate");
  expect(under(podOf({ replicas: 2 }), "tolerations")).toEqual([]);
});

test("gets a token of its account only when it speaks to Kubernetes", () => {
  expect(at(podOf(), "automountServiceAccountToken")).toBe(false);
  expect(at(podOf({ usesKubernetes: true }), "automountServiceAccountToken")).toBe(true);
});

test("is killed no sooner than it may finish", () => {
  expect(at(podOf({ shutdownGraceSeconds: 100 }), "terminationGracePeriodSeconds")).toBeGreaterThan(105);
});

test("sees the brokers' authority where one is named", () => {
  expect(under(podOf({ kafkaCa: "ca" }), "secretName")).toEqual(["ca"]);
  expect(under(podOf({ kafkaCa: "ca" }), "mountPath")).toEqual(["/tmp", "/etc/kafka-ca"]);
});
