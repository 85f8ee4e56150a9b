/**
 * Tries to reach each target of its input (JSON, a list of {@link Target}) from the network that it runs in, and prints the
 * names of those that answered as a JSON list. A program of its own: it is started in a pod's network by `nsenter`.
 */
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import * as z from "zod";
import { nameOfTarget, type Target, targetSchema } from "./target.ts";

/** Who is there answers within milliseconds; what is dropped never does. A lost packet comes again after a second. */
const patienceMs = 2_500;

/** A question that a name server answers, and that anybody else can send back: the address of `kubernetes.default.svc`. */
const question = Buffer.concat([
  Buffer.from([0x4b, 0x38, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0]),
  ...["kubernetes", "default", "svc", "cluster", "local"].map((label) =>
    Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]),
  ),
  Buffer.from([0, 0, 1, 0, 1]),
]);

/** Whether the target answers: takes a connection, or sends anything back. */
export function reaches(target: Target): Promise<boolean> {
  return target.protocol === "tcp" ? connects(target) : answers(target);
}

function connects({ host, port }: Target): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: patienceMs });
    const end = (reached: boolean) => {
      socket.destroy();
      resolve(reached);
    };
    socket.once("connect", () => end(true));
    for (const event of ["error", "timeout"]) socket.once(event, () => end(false));
  });
}

function answers({ host, port }: Target): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    const end = (reached: boolean) => {
      clearTimeout(timer);
      socket.close();
      resolve(reached);
    };
    const timer = setTimeout(() => end(false), patienceMs);
    socket.once("message", () => end(true)).once("error", () => end(false));
    // Connected, so that a refusal that comes back by ICMP ends it at once.
    socket.connect(port, host, () => socket.send(question));
  });
}

async function main(): Promise<void> {
  const targets = z.array(targetSchema).parse(JSON.parse(await text(process.stdin)));
  const reached = await Promise.all(targets.map(reaches));
  process.stdout.write(JSON.stringify(targets.filter((_, index) => reached[index]).map(nameOfTarget)));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
