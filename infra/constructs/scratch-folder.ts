/** A folder that is there as long as its pod, and holds no more than it may. */
export interface ScratchFolder {
  name: string;
  path: string;
  size: string;
}

/** The pod's volumes for its folders. */
export function scratchVolumes(folders: readonly ScratchFolder[]) {
  return folders.map(({ name, size }) => ({ name, emptyDir: { sizeLimit: size } }));
}

/** Where a container sees them. */
export function scratchMounts(folders: readonly ScratchFolder[]) {
  return folders.map(({ name, path }) => ({ name, mountPath: path }));
}
