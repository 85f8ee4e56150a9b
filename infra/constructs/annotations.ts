/**
 * Argo CD applies objects of a lower wave first, and waits until they are healthy. The Sensor comes before the EventSource:
 * what is put onto the bus before its consumer is there, it never sees.
 */
export const waves = { namespace: -3, secrets: -2, platform: -1, programs: 0, sensor: 1, eventSource: 2 } as const;

/** In which order Argo CD applies an object. */
export function syncWave(wave: keyof typeof waves): Record<string, string> {
  return { "argocd.argoproj.io/sync-wave": String(waves[wave]) };
}

/** Argo CD never deletes it by itself: with it, messages or other people's objects would be gone. */
export function keptForever(): Record<string, string> {
  return { "argocd.argoproj.io/sync-options": "Prune=false,Delete=false" };
}
