export interface ResourceProps {
  /** Processor time, as Kubernetes writes it. */
  cpu: string;
  memory: string;
}

/** Requests that are also limits: a pod gets what was planned for it, whatever its neighbours do. */
export function resources({ cpu, memory }: ResourceProps) {
  return { requests: { cpu, memory }, limits: { cpu, memory } };
}
