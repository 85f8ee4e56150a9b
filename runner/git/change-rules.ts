import type { ProtectedPaths } from "@froussard/contract";
import { defaultProtectedPaths } from "./protected-paths.ts";

/** What a change of the agent may be; settings, which the agent is told, so that nothing is paid for in vain. */
export interface ChangeRules {
  protectedPaths: ProtectedPaths;
  maxFiles: number;
  /** Sum of the new contents. Bytes. */
  maxBytes: number;
}

export const defaultChangeRules: ChangeRules = {
  protectedPaths: { patterns: defaultProtectedPaths, except: [] },
  maxFiles: 300,
  maxBytes: 10 * 1024 ** 2,
};

/** Largest values that the settings take: what the form of a result (`runResult`) and the cap on its body leave room for. */
export const mostOfChange = { files: 10_000, bytes: 40 * 1024 ** 2 } as const;
