import { join } from "node:path";

/** Where the cluster's files are: one folder, outside the checkout. */
export function clusterLayout(folder: string) {
  const node = join(folder, "node");
  const at = (...parts: string[]) => join(node, ...parts);
  return {
    /** What the cluster is; readable for its owner alone. */
    state: join(folder, "cluster.json"),
    /** One file for each process; they stay after `down` until the next `up`. */
    logs: join(folder, "logs"),
    /** Everything that `down` removes. */
    node,
    pki: at("pki"),
    kubeconfig: (user: string) => at("kubeconfig", `${user}.json`),
    etcd: at("etcd"),
    containerd: {
      config: at("containerd.toml"),
      root: at("containerd", "root"),
      state: at("containerd", "state"),
      temporary: at("containerd", "temporary"),
      socket: at("containerd", "containerd.sock"),
    },
    cni: { config: at("cni", "net.d"), leases: at("cni", "leases") },
    kubelet: {
      config: at("kubelet.json"),
      root: at("kubelet"),
      plugins: at("kubelet-plugins"),
      resolvConf: at("resolv.conf"),
    },
    corefile: at("Corefile"),
    /** Folders of the PersistentVolumes. */
    volumes: at("volumes"),
  };
}

export type ClusterLayout = ReturnType<typeof clusterLayout>;

/** The folder of the platform's clusters within the project's cache. */
export const platformFolder = (cache: string) => join(cache, "e2e");
