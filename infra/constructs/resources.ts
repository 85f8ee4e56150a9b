export interface ResourceProps {
  /** Processor time, as Kubernetes writes it. */
  cpu: string;
  memory: string;
  /** Processor time that is set aside. @default - all of `cpu` */
  cpuRequest?: string | undefined;
}

/** Requests that are also limits, unless told otherwise: a pod gets what was planned for it, whatever its neighbours do. */
export function resources({ cpu, memory, cpuRequest = cpu }: ResourceProps) {
  return { requests: { cpu: cpuRequest, memory }, limits: { cpu, memory } };
}
