import type { ClusterLayout } from "../layout.ts";

/**
 * containerd's configuration: everything in the cluster's own folder, so that a containerd of the machine's is not touched,
 * and so that every mount it makes lies beneath one path.
 */
export function containerdConfig({ containerd, cni }: ClusterLayout): string {
  const cri = '[plugins."io.containerd.grpc.v1.cri"';
  return `version = 2
root = ${JSON.stringify(containerd.root)}
state = ${JSON.stringify(containerd.state)}
temp = ${JSON.stringify(containerd.temporary)}

[grpc]
  address = ${JSON.stringify(containerd.socket)}

${cri}]
  sandbox_image = ${JSON.stringify(pauseImage)}
  # Where the capability to lower it is missing (CAP_SYS_RESOURCE), runc would fail to start any pod.
  restrict_oom_score_adj = true
  disable_apparmor = true
  netns_mounts_under_state_dir = true

${cri}.containerd]
  snapshotter = "overlayfs"
  default_runtime_name = "runc"

${cri}.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

${cri}.containerd.runtimes.runc.options]
  SystemdCgroup = false

${cri}.cni]
  bin_dir = "/usr/lib/cni"
  conf_dir = ${JSON.stringify(cni.config)}
`;
}

/** What holds a pod's namespaces open. */
export const pauseImage = "localhost/pause:1";
