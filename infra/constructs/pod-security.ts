/** The account that all our images run as; no name in the image is needed. */
const user = 65_532;

/** What Pod Security `restricted` asks of a pod, and a group that may write its volumes. */
export function restrictedPod() {
  return {
    runAsNonRoot: true,
    runAsUser: user,
    runAsGroup: user,
    fsGroup: user,
    seccompProfile: { type: "RuntimeDefault" as const },
  };
}

/** What Pod Security `restricted` asks of a container, and a root file system that it cannot write. */
export function restrictedContainer() {
  return {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    capabilities: { drop: ["ALL"] },
  };
}

/** Labels by which a Namespace refuses every pod that is less. */
export const restrictedNamespace = {
  "pod-security.kubernetes.io/enforce": "restricted",
  "pod-security.kubernetes.io/warn": "restricted",
};
