/** What these modules need of the cluster: its two clients, which answer what they printed. @throws Error with what they said */
export interface ClusterAccess {
  /** `input` is given to its standard input. */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  /** containerd's, in the namespace of the kubelet. */
  ctr(args: readonly string[]): Promise<string>;
}
