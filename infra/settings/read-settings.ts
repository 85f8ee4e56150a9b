import { type Settings, type SettingsInput, settingsSchema } from "./schema.ts";

/** Everything that is wrong with the settings, one line each: name, value, what to do. */
export class SettingsError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `infra/settings.ts has ${faults.length} fault${faults.length === 1 ? "" : "s"}:\n${faults.map((fault) => `  ${fault}`).join("\n")}`,
    );
    this.name = "SettingsError";
    this.faults = faults;
  }
}

/** Checks settings and fills in what was left out. @throws SettingsError */
export function readSettings(input: SettingsInput): Settings {
  const { data, error } = settingsSchema.safeParse(input);
  if (data) return data;
  throw new SettingsError(
    error.issues.flatMap((issue) => {
      const at = (...more: PropertyKey[]) => [...issue.path, ...more].map(String).join(".") || "settings";
      if (issue.code === "unrecognized_keys")
        return issue.keys.map(
          (key) => `${at(key)}: is no setting; correct its name or take it out (see docs/settings.md)`,
        );
      return [`${at()}: ${issue.message}`];
    }),
  );
}
