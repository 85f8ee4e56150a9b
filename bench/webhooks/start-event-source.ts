import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Subject, startServerSubject } from "./subject.ts";
import { subjectNames } from "./subject-names.ts";
import type { World } from "./world.ts";

const topic = "argo.bus";

/**
 * Argo Events' own `github` EventSource on an event bus in the same Kafka, as its pod starts it but on this machine. It
 * finds secrets at one absolute path only, so it gets a root folder of its own, which needs root or user namespaces.
 * @throws Error with the reason when it does not start
 */
export async function startEventSource(world: World, program: string, port: number): Promise<Subject> {
  await world.broker.createTopic(topic);
  await world.broker.allow(world.user, [topic]);
  const root = world.file("event-source");
  const lay = (path: string) => {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    return file;
  };
  copyFileSync(program, lay("bin/argo-events"));
  const secret = (name: string, key: string, value: string) => {
    writeFileSync(lay(`argo-events/secrets/${name}/${key}`), value);
    return { name, key };
  };
  const { repository } = world;
  const [owner, name] = repository.nameWithOwner.split("/");
  const eventSource = {
    metadata: { name: "github", namespace: "argo-events" },
    spec: {
      github: {
        hook: {
          repositories: [{ owner, names: [name] }],
          webhook: { endpoint: "/push", port: String(port), method: "POST", url: "" },
          events: ["*"],
          webhookSecret: secret("github", "secret", world.secret),
          contentType: "json",
          active: true,
        },
      },
    },
  };
  const bus = {
    kafka: {
      url: `127.0.0.1:${world.broker.ports.plain}`,
      topic,
      version: "3.6.0",
      sasl: {
        mechanism: "SCRAM-SHA-512",
        userSecret: secret("kafka", "user", world.user.username),
        passwordSecret: secret("kafka", "password", world.user.password),
      },
    },
  };
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64");
  return startServerSubject(
    {
      name: subjectNames.eventSource,
      // It makes no tasks.
      kinds: ["raw"],
      url: `http://127.0.0.1:${port}/push`,
      probe: world.probe(),
    },
    {
      command: "unshare",
      arguments: ["--map-root-user", `--root=${root}`, "/bin/argo-events", "eventsource-service"],
      environment: {
        PATH: "/usr/bin:/bin:/usr/sbin:/sbin",
        EVENTSOURCE_OBJECT: encoded(eventSource),
        EVENTBUS_CONFIG: encoded(bus),
        EVENTBUS_SUBJECT: "eventbus-bench",
        POD_NAME: "bench",
      },
      logFile: world.file("event-source.log"),
    },
  );
}
