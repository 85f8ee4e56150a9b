import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readAppKey } from "./app-key.ts";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = (type: "pkcs1" | "pkcs8") => String(rsa.privateKey.export({ type, format: "pem" }));
const elliptic = generateKeyPairSync("ec", { namedCurve: "P-256" });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "app-key-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  const path = join(folder, "key.pem");
  writeFileSync(path, text);
  return path;
}

describe("the App's private key", () => {
  test.each(["pkcs1", "pkcs8"] as const)("is read from %s, and signs", (type) => {
    expect(readAppKey(file(pem(type)))).toBe(pem("pkcs8"));
  });

  test.each<[why: string, text: string]>([
    ["nothing", ""],
    ["a part of a key", pem("pkcs1").slice(0, 300)],
    ["a key in one line", pem("pkcs1").replaceAll("\n", "\\n")],
    ["a public key", String(rsa.publicKey.export({ type: "spki", format: "pem" }))],
    ["a key of another kind", String(elliptic.privateKey.export({ type: "pkcs8", format: "pem" }))],
    [
      "a key behind a password",
      String(rsa.privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" })),
    ],
  ])("is not %s: the file is named, what stands in it is not", (_, text) => {
    const path = file(text);
    let fault: Error | undefined;
    try {
      readAppKey(path);
    } catch (error) {
      fault = error as Error;
    }
    expect(fault?.message).toBe(
      `GITHUB_APP_PRIVATE_KEY_FILE: ${path} holds no RSA private key in PEM form: take the .pem file that GitHub made for the App`,
    );
    expect(fault?.cause).toBeUndefined();
  });

  test("that is not there is missed by its path", () => {
    const path = join(folder, "none.pem");
    expect(() => readAppKey(path)).toThrow(`GITHUB_APP_PRIVATE_KEY_FILE: cannot read ${path} (ENOENT): put`);
  });
});
