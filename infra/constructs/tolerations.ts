/** A pod of which there is one leaves a lost node after half a minute, not after Kubernetes' five. */
export function movesSoon() {
  return ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"].map((key) => ({
    key,
    operator: "Exists",
    effect: "NoExecute",
    tolerationSeconds: 30,
  }));
}
