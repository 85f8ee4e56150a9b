import { createPrivateKey, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";

/**
 * A GitHub App's private key as PKCS#8, from the file that GitHub hands out (PKCS#1) or one in the newer form.
 * @throws Error that names the setting and the file, never what stands in it
 */
export function readAppKey(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? "unreadable";
    throw new Error(`GITHUB_APP_PRIVATE_KEY_FILE: cannot read ${path} (${reason}): put the App's private key there`);
  }
  const key = privateKey(text);
  if (key?.asymmetricKeyType !== "rsa")
    throw new Error(
      `GITHUB_APP_PRIVATE_KEY_FILE: ${path} holds no RSA private key in PEM form: take the .pem file that GitHub made for the App`,
    );
  return String(key.export({ type: "pkcs8", format: "pem" }));
}

/** Undefined when it is none; the reason of OpenSSL would tell nobody anything, and might quote it. */
function privateKey(text: string): KeyObject | undefined {
  try {
    return createPrivateKey(text);
  } catch {
    return undefined;
  }
}
