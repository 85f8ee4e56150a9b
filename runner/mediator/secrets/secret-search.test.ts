import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { cleanTexts } from "./clean-texts.ts";
import { createSecretSearch, type OwnSecret } from "./secret-search.ts";

/** Put together here, so that the repository itself holds nothing of a credential's shape. */
const filler = "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5zA7bC9dE1fG3hJ5kL7mN9pQ1rS3tU5vW7xY9z";
const shaped = {
  github: `ghp_${filler.slice(0, 36)}`,
  openai: `sk-proj-${filler.slice(0, 74).padEnd(74, "k")}T3Blbk${"FJ"}${filler.slice(0, 74).padEnd(74, "j")}`,
  slack: `xoxb-123456789012-123456789012-${filler.slice(0, 24)}`,
  npm: `npm_${filler.slice(0, 36)}`,
  anthropic: `sk-ant-api03-${filler.slice(0, 73)}${filler.slice(0, 20)}AA`,
  gitlab: `glpat-${filler.slice(0, 20)}`,
  stripe: `sk_live_${filler.slice(0, 24)}`,
};
const bearer = "run-bearer-0123456789abcdefghijklmnopq";
const search = createSecretSearch(async () => [
  { name: "the run's bearer", value: bearer },
  { name: "a password that is too short", value: "the" },
]);

describe("what has the shape of a credential", () => {
  test.each(Object.entries(shaped))("%s", async (rule, token) => {
    const text = `a line\nconst token = "${token}";\n`;
    const shapes = await search.shapes(text);
    expect(shapes.map((shape) => [shape.rule, text.slice(shape.start, shape.end)])).toEqual([[rule, token]]);
  });

  test("a private key", async () => {
    const key = [
      `-----BEGIN ${"RSA"} PRIVATE KEY-----`,
      `MI${filler.slice(2, 64)}`,
      ...Array(11).fill(filler.slice(0, 64)),
      `-----END ${"RSA"} PRIVATE KEY-----`,
    ];
    expect(await search.shapes(`x\n${key.join("\n")}\n`)).toMatchObject([{ rule: "privatekey" }]);
  });

  test.each(["ed25519", "x25519", "ed448", "x448"])("a short private key (%s)", async (type) => {
    const { privateKey } = generateKeyPairSync(type as "ed25519", {
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    for (const text of [`x\n${privateKey}`, JSON.stringify(privateKey)])
      expect(await search.shapes(text)).toMatchObject([{ rule: "privatekey" }]);
  });

  test("a comment does not switch the search off", async () => {
    expect(await search.shapes(`// secretlint-disable\n${shaped.github}\n// secretlint-enable`)).toHaveLength(1);
  });

  test.each([
    ["placeholders", `ghp_${"x".repeat(36)} ${"npm_"}${"0".repeat(36)}`],
    ["documentation's example", "AKIAIOSFODNN7EXAMPLE"],
    ["a local database", "postgres://postgres:postgres@localhost:5432/test https://user:password@example.org/"],
    [
      "hashes and identifiers",
      `${"0123456789abcdef".repeat(4)} 0b5ee9b4-8f1b-4c3e-9d1a-1d3b0c9d9e11 sha512-${filler}==`,
    ],
    ["code", 'const sk = key.slice(4); process.env["GITHUB_TOKEN"] ?? secrets.NPM_TOKEN'],
  ])("not %s", async (_, text) => {
    expect(await search.shapes(text)).toEqual([]);
  });

  test("hostile lines take no time", async () => {
    const before = performance.now();
    for (const piece of [
      "sk-",
      "ghp_",
      "AKIA",
      "xoxb-",
      "aws_secret ",
      "https://",
      "\n",
      `-----BEGIN ${"RSA"} PRIVATE KEY-----\n`,
    ])
      await search.shapes(piece.repeat(200_000 / piece.length));
    expect(performance.now() - before).toBeLessThan(10_000);
  });
});

describe("this run's own", () => {
  test("is told by its name, a short one is not looked for", async () => {
    expect(await search.own(`x ${bearer} y`)).toBe("the run's bearer");
    expect(await search.own("the answer")).toBeUndefined();
  });

  test("tokens that were renewed are still known", async () => {
    const current: OwnSecret[] = [{ name: "GitHub's token", value: shaped.github }];
    const own = createSecretSearch(async () => current);
    expect(await own.own("nothing")).toBeUndefined();
    current[0] = { name: "GitHub's token", value: shaped.gitlab };
    expect(await own.own(shaped.github)).toBe("GitHub's token");
    expect(await own.own(shaped.gitlab)).toBe("GitHub's token");
  });
});

describe("texts of the agent", () => {
  test("without a credential stay as they are", async () => {
    const plan = { summary: "s", steps: [{ title: "t", detail: "" }], done: true, count: 3, nothing: null };
    expect(await cleanTexts(plan, search)).toEqual({ value: plan });
  });

  test("that hold this run's are withheld whole, the others stay", async () => {
    const { value, own } = await cleanTexts({ a: `x ${Buffer.from(bearer).toString("base64")}`, b: ["kept"] }, search);
    expect(value).toEqual({ a: "(withheld: this text held the run's bearer)", b: ["kept"] });
    expect(own).toBe("the run's bearer");
  });

  test("that hold it together are all withheld", async () => {
    const parts = [bearer.slice(0, 17), bearer.slice(17, 28), bearer.slice(28)];
    const { value } = await cleanTexts(parts, search);
    expect(value).toEqual(Array(3).fill("(withheld: these texts held the run's bearer)"));
  });

  test("that speak of somebody's key lose the key alone", async () => {
    const text = `Remove ${shaped.npm} from .env, and ${shaped.slack}.`;
    expect(await cleanTexts({ text }, search)).toEqual({
      value: {
        text: "Remove (withheld: looks like a credential, npm) from .env, and (withheld: looks like a credential, slack).",
      },
    });
  });
});
