import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import process from "node:process";

/**
 * The least that a receiver of webhooks has to do: read the body, hold its signature against it, parse it, answer. Nothing
 * of ours is in it, so whatever our server does besides counts against ours.
 */
const { PORT, GITHUB_WEBHOOK_SECRET: secret = "" } = process.env;
const answer = JSON.stringify({
  status: "accepted",
  deliveryId: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
  event: "issues",
  action: "opened",
  codexStageTriggered: "planning",
});
const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(answer) };

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.once("end", () => {
    const body = Buffer.concat(chunks);
    const given = Buffer.from(String(request.headers["x-hub-signature-256"]).slice("sha256=".length), "hex");
    const expected = createHmac("sha256", secret).update(body).digest();
    const fits = given.length === expected.length && timingSafeEqual(given, expected);
    const isObject = fits && typeof JSON.parse(body.toString()) === "object";
    response.writeHead(isObject ? 202 : 401, headers).end(answer);
  });
}).listen({ port: Number(PORT), host: "127.0.0.1" });
