import { generateKeyPairSync, randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { spellingSearch, viewsOf } from "./spellings.ts";

const random = (length: number) => randomBytes(length).toString("base64url").slice(0, length);
const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
});
const other = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
}).privateKey;
const jsonWebToken = (claims: object, signature: string) =>
  `ghs_1234_${Buffer.from('{"alg":"RS256","typ":"JWT"}').toString("base64url")}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.${signature}`;

const secrets: [string, string][] = [
  ["a classic token", `ghp_${random(36).replace(/[_-]/g, "x")}`],
  ["a fine-grained token", `github_pat_11ABCDEFG0${random(11)}_${random(59)}`],
  ["an installation's token", `ghs_${random(36).replace(/[_-]/g, "y")}`],
  ["an installation's token of the newer form", jsonWebToken({ iss: "1" }, random(86))],
  ["a project's key", `sk-proj-${random(74)}T3BlbkFJ${random(74)}`],
  ["a bearer", random(43)],
  ["a workflow's uid", "0b5ee9b4-8f1b-4c3e-9d1a-1d3b0c9d9e11"],
  ["a private key", privateKey],
];
const backwards = (text: string) => [...text].reverse().join("");
const base64 = (text: string) => Buffer.from(text).toString("base64");
const lines = (text: string, length: number) => text.replace(new RegExp(`.{${length}}`, "gs"), "$&\n");

const spellings: [string, (secret: string) => string][] = [
  ["as it is", (secret) => secret],
  ["in the middle of a line", (secret) => `const key = "${secret}"; // done`],
  ["without its beginning and end", (secret) => secret.slice(6, -6)],
  ["backwards", backwards],
  ["over lines", (secret) => lines(secret, 5)],
  ["over lines with quotes and plus signs", (secret) => secret.replace(/.{4}/gs, '"$&" +\n  ')],
  ["with spaces", (secret) => [...secret].join(" ")],
  ["base64", base64],
  ["base64 behind one byte", (secret) => base64(`x${secret}`)],
  ["base64 behind two bytes", (secret) => base64(`xy${secret} and more`)],
  ["base64 over lines", (secret) => lines(base64(`a: ${secret}`), 76)],
  ["base64url", (secret) => Buffer.from(`?>${secret}`).toString("base64url")],
  ["base64 of it backwards", (secret) => base64(backwards(secret))],
  ["base64 backwards is told too", (secret) => base64(`zz${backwards(secret)}`)],
  ["hex", (secret) => Buffer.from(secret).toString("hex")],
  ["HEX with spaces", (secret) => Buffer.from(secret).toString("hex").toUpperCase().replace(/../g, "$& ")],
  ["0x list", (secret) => [...Buffer.from(secret)].map((byte) => `0x${byte.toString(16)}`).join(", ")],
  ["percent", (secret) => [...Buffer.from(secret)].map((byte) => `%${byte.toString(16)}`).join("")],
  ["encodeURIComponent", (secret) => encodeURIComponent(`a b ${secret}`)],
  [
    "\\x escapes",
    (secret) => [...Buffer.from(secret)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join(""),
  ],
  [
    "\\u escapes",
    (secret) => [...Buffer.from(secret)].map((byte) => `\\u00${byte.toString(16).padStart(2, "0")}`).join(""),
  ],
  ["HTML entities", (secret) => [...Buffer.from(secret)].map((byte) => `&#${byte};`).join("")],
  ["character codes", (secret) => `[${[...Buffer.from(secret)].join(", ")}]`],
  ["UTF-16", (secret) => Buffer.from(secret, "utf16le").toString("utf8")],
];

describe.each(secrets)("%s is found", (_, secret) => {
  const search = spellingSearch(secret);

  test.each(spellings)("%s", (_name, spell) => {
    expect(search.isIn(viewsOf(`before\n${spell(secret)}\nafter`))).toBe(true);
  });

  test("but not what only looks like it", () => {
    const texts = [
      "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx github_pat_11ABCDEFG0 sk-proj-...",
      jsonWebToken({ iss: "1" }, "a".repeat(86)),
      `${random(20_000)} ${base64(random(20_000))} ${randomBytes(20_000).toString("hex")}`,
      other,
      secret.slice(0, 6),
    ];
    for (const text of texts) expect(search.isIn(viewsOf(text))).toBe(false);
  });
});

test("a large change is searched in seconds", () => {
  const search = spellingSearch(privateKey);
  const before = performance.now();
  expect(search.isIn(viewsOf("0123456789abcdef 12, 13, 14 %20 \\x20\n".repeat(50_000)))).toBe(false);
  expect(performance.now() - before).toBeLessThan(10_000);
});
