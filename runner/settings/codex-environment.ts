import {
  egressHostForm,
  isProtectedPathEntry,
  parseEgressHost,
  parsePrices,
  parseProtectedPaths,
  pricesForm,
  protectedPathForm,
} from "@froussard/contract";
import * as z from "zod";
import { defaultChangeRules, mostOfChange } from "../git/change-rules.ts";
import { defaultProtectedPaths } from "../git/protected-paths.ts";
import { codexSettings, reasoningEfforts, sandboxPolicies, webSearchModes } from "../protocol.ts";
import { commitChecks } from "../render/commit-message.ts";
import { number } from "./setting-types.ts";

/** How Codex is called and what it may cost. */
export const codexEnvironment = {
  CODEX_MODEL: codexSettings.shape.model.default("gpt-6.1-sol"),
  CODEX_REASONING_EFFORT: z.enum(reasoningEfforts, `is not one of ${reasoningEfforts.join(", ")}`).default("high"),
  /** Not set: live, but cached for a private repository, because a live search can carry its text out. */
  CODEX_WEB_SEARCH: z.enum(webSearchModes, `is not one of ${webSearchModes.join(", ")}`).optional(),
  CODEX_SANDBOX: z.enum(sandboxPolicies, `is not one of ${sandboxPolicies.join(", ")}`).default("require"),
  /** What commands may open connections to, through the mediator; empty: nothing. An allowed host can be used to carry text out. */
  CODEX_EGRESS_HOSTS: z
    .string()
    .transform((text, context) => {
      const entries = text.split(",").map((entry) => entry.trim());
      const hosts = entries.flatMap((entry) => parseEgressHost(entry) ?? []);
      if (hosts.length === entries.length) return hosts;
      context.addIssue({ code: "custom", message: `has an entry that is not ${egressHostForm}` });
      return z.NEVER;
    })
    .default([]),
  CODEX_TOKEN_BUDGET: number(1_000, 1_000_000_000).default(2_000_000),
  /** Upper bound on one answer, reasoning included. */
  CODEX_MAX_ANSWER_TOKENS: number(1_000, 1_000_000).default(128_000),
  CODEX_DEADLINE_MINUTES: number(1, 24 * 60).default(60),
  CODEX_IDLE_MINUTES: number(1, 24 * 60).default(10),
  /** Runs that one issue may have in all, and one repository within 24 hours. */
  CODEX_RUNS_PER_ISSUE: number(1, 1_000).default(10),
  CODEX_RUNS_PER_DAY: number(1, 10_000).default(100),
  /** Not set: only tokens are told, and no cost. */
  CODEX_PRICES: z
    .string()
    .transform((text, context) => {
      const prices = parsePrices(text);
      if (prices) return prices;
      context.addIssue({ code: "custom", message: `is not ${pricesForm}` });
      return z.NEVER;
    })
    .optional(),
};

/** What an agent on one machine may use together with all that it starts. In the cluster its pod's limits do this. */
export const sandboxEnvironment = z.object({
  /** Threads are counted too: Codex and Node.js alone have about fifty. */
  CODEX_MAX_PROCESSES: number(200, 1_000_000).default(2_048),
  CODEX_MEMORY_MIB: number(512, 10_000_000).default(4_096),
  /** Working copy, temporary files and Codex's own. */
  CODEX_DISK_MIB: number(64, 100_000_000).default(10_240),
});

/** What a change may be, and what GitHub does with it before a person has looked. */
export const changeEnvironment = {
  CODEX_PROTECTED_PATHS: z
    .string()
    .transform((text, context) => {
      const entries = text.split(",").map((entry) => entry.trim());
      const paths = parseProtectedPaths(entries, defaultProtectedPaths);
      if (paths) return paths;
      const wrong = entries.some((entry) => !isProtectedPathEntry(entry));
      context.addIssue({
        code: "custom",
        message: wrong ? `has an entry that is not ${protectedPathForm}` : "protects nothing, or has over 200 entries",
      });
      return z.NEVER;
    })
    .default(defaultChangeRules.protectedPaths),
  CODEX_MAX_FILES: number(1, mostOfChange.files).default(defaultChangeRules.maxFiles),
  /** Sum of the new contents. */
  CODEX_MAX_BYTES: number(1, mostOfChange.bytes).default(defaultChangeRules.maxBytes),
  CODEX_COMMIT_CHECKS: z.enum(commitChecks, `is not one of ${commitChecks.join(", ")}`).default("run"),
};
