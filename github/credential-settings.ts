import * as z from "zod";
import { readAppKey } from "./app-key.ts";
import type { Credential } from "./credential.ts";

const id = (where: string) =>
  z
    .string()
    .regex(/^[1-9][0-9]{0,14}$/, "must be a number")
    .transform(Number)
    .optional()
    .describe(where);

/** Variables that say how a program signs in to GitHub; which of them belong together, {@link credentialFault} tells. */
export const credentialSettings = {
  GITHUB_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]+$/, "must be one line of printable characters: take the token alone")
    .optional()
    .describe("a token of the automation account"),
  GITHUB_APP_ID: id("the id that the App's settings show"),
  GITHUB_APP_INSTALLATION_ID: id("the number at the end of the address of the App's installation"),
  GITHUB_APP_PRIVATE_KEY_FILE: z
    .string()
    .startsWith("/", "must be an absolute path")
    .optional()
    .describe("the absolute path of the App's private key, a .pem file"),
};

export type CredentialSettings = z.output<z.ZodObject<typeof credentialSettings>>;
export type CredentialName = keyof CredentialSettings;
export const credentialNames = Object.keys(credentialSettings) as CredentialName[];
const [tokenName, ...appNames] = credentialNames;

/** What is wrong with one of the variables, the others considered: it is missing, or one too many. */
export function credentialFault(
  name: CredentialName,
  given: Readonly<Partial<Record<CredentialName, unknown>>>,
): "missing" | "superfluous" | undefined {
  const isSet = (each: CredentialName | undefined) => each !== undefined && given[each] !== undefined;
  const asApp = appNames.some(isSet);
  if (name === tokenName)
    return asApp ? (isSet(name) ? "superfluous" : undefined) : isSet(name) ? undefined : "missing";
  return asApp && !isSet(name) && !isSet(tokenName) ? "missing" : undefined;
}

/** Said of a token beside an App. */
export const superfluous =
  "is set beside GITHUB_APP_ID or another setting of a GitHub App: leave one of the two ways out";

/** The account's token, or the App with its key. @throws Error when the file holds no key, naming it */
export function credentialOf(settings: CredentialSettings): Credential {
  const { GITHUB_TOKEN: token, GITHUB_APP_ID: appId, GITHUB_APP_INSTALLATION_ID: installationId } = settings;
  const file = settings.GITHUB_APP_PRIVATE_KEY_FILE;
  if (token !== undefined) return { token };
  if (appId === undefined || installationId === undefined || file === undefined)
    throw new Error("no way to sign in to GitHub: set GITHUB_TOKEN, or GITHUB_APP_ID and what belongs to it");
  return { app: { appId, installationId, privateKey: readAppKey(file) } };
}
