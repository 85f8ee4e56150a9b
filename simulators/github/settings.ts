import { z } from "zod";
import { permissionNames } from "./store/records.ts";

const role = z.enum(["admin", "maintain", "write", "triage", "read"]);
const level = z.enum(["read", "write"]);
const permissions = z.partialRecord(z.enum(permissionNames), level);

/** What `main.ts` starts with. */
export const settingsSchema = z.strictObject({
  /** @default a free one */
  port: z.int().min(0).max(65_535).optional(),
  /** Where bare repositories are kept. @default a temporary folder */
  folder: z.string().min(1).optional(),
  users: z
    .array(
      z.strictObject({
        login: z.string().regex(/^[A-Za-z0-9-]+(\[bot\])?$/),
        type: z.enum(["User", "Bot", "Organization"]).optional(),
        id: z.int().positive().optional(),
        /** Makes the user's token fine-grained. */
        permissions: permissions.optional(),
      }),
    )
    .min(1),
  repositories: z.array(
    z.strictObject({
      owner: z.string().min(1),
      name: z.string().regex(/^[\w.-]+$/),
      /** Whose files make the first commit. */
      from: z.string().min(1).optional(),
      private: z.boolean().optional(),
      empty: z.boolean().optional(),
      defaultBranch: z.string().min(1).optional(),
      collaborators: z.record(z.string(), role).optional(),
      protectedBranches: z.array(z.string().min(1)).optional(),
      webhooks: z
        .array(z.strictObject({ url: z.url(), secret: z.string().optional(), events: z.array(z.string()).min(1) }))
        .optional(),
    }),
  ),
});
export type Settings = z.infer<typeof settingsSchema>;

/** Everything that is wrong, one line each. */
export function settingsProblems(value: unknown): string[] {
  const result = settingsSchema.safeParse(value);
  return result.success
    ? []
    : result.error.issues.map(({ path, message }) => `${path.join(".") || "settings"}: ${message}`);
}
