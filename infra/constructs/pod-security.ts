/**
 * The accounts that our images run as, as numbers that need no name there. The agent's is one of its own: on a node whose pods
 * share their user ids, what breaks out of an agent is not yet the owner of a mediator's processes and files.
 */
export const podUsers = { program: 65_532, agent: 65_533 } as const;

/** What Pod Security `restricted` asks of a pod, and a group that may write its volumes. */
export function restrictedPod(user: number = podUsers.program) {
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
