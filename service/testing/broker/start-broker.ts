import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { topicSettings, topics } from "@froussard/contract";
import { makeCertificates } from "@froussard/simulators/testing/certificates";
import {
  type AclFilter,
  AclOperations,
  AclPermissionTypes,
  type Admin,
  findErrorBy,
  ResourcePatternTypes,
  ResourceTypes,
} from "@platformatic/kafka";
import { brokerFiles } from "./broker-files.ts";
import { freePorts } from "./free-ports.ts";
import { type JavaProcess, runJava } from "./run-java.ts";
import { serverProperties } from "./server-properties.ts";
import { openAdmin, untilReady } from "./until-ready.ts";
import { type User, users } from "./users.ts";

export interface BrokerOptions {
  /** Where the log folder is put, for a disk of its own. @default a new folder, removed at the end */
  folder?: string;
  /** @default 160 */
  heapMegabytes?: number;
  /** Settings of the broker, in place of ours. */
  properties?: Readonly<Record<string, string>>;
}

/** A real Kafka broker on this machine. It ends with the process that started it. */
export interface Broker {
  ports: { plain: number; tls: number };
  /** The authority to trust over TLS, at the name `localhost` only. */
  caFile: string;
  /** As a super user. */
  admin: Admin;
  /** The documented settings that reach it; over plain text and as the service unless told otherwise. */
  environment(options?: { user?: User; tls?: boolean }): Record<string, string>;
  /** The contract's topics, as the cluster has them but for the replicas. */
  createTopics(): Promise<void>;
  createTopic(name: string, configs?: Readonly<Record<string, string>>): Promise<void>;
  /** What the service needs and no more, on these topics. @default the contract's */
  allow(user: User, names?: readonly string[]): Promise<void>;
  deny(user: User, names?: readonly string[]): Promise<void>;
  /** kill -9. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again after `kill` or an end of its own, at the same ports; resolves when it is ready. */
  restart(): Promise<void>;
  /** Halts it where it stands (SIGSTOP), as a machine that hangs does; `thaw` lets it go on. */
  freeze(): void;
  thaw(): void;
  /** Another authority and certificate, used from the next start on. */
  renewCertificates(): void;
  /** Resolves when it has ended by itself or was ended. */
  ended(): Promise<void>;
  /** Ends it, and removes what it wrote. Safe to call twice. */
  stop(): Promise<void>;
}

const ours: readonly string[] = Object.values(topics);

/** @throws Error when a tool is missing (with the line that installs it), or the broker does not start (with its log) */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  const { heapMegabytes = 160 } = options;
  const files = await brokerFiles();
  const folder = mkdtempSync(join(options.folder ?? tmpdir(), "froussard-broker-"));
  const logFile = join(folder, "broker.log");
  const propertiesFile = join(folder, "server.properties");
  const certificates = makeCertificates(join(folder, "tls"));
  cpSync(files.formatted, join(folder, "logs"), { recursive: true });

  const launch = () => runJava([`-Xmx${heapMegabytes}m`, ...files.java, "kafka.Kafka", propertiesFile], logFile);
  const start = async () => {
    for (let attempt = 1; ; attempt++) {
      const [plain = 0, tls = 0, controller = 0] = await freePorts(3);
      const ports = { plain, tls, controller };
      const { keyStore } = certificates;
      const { properties = {} } = options;
      writeFileSync(propertiesFile, serverProperties({ ports, logFolder: join(folder, "logs"), keyStore, properties }));
      const java = await launch();
      const admin = openAdmin(plain);
      try {
        await untilReady(admin, java);
        return { ports, java, admin };
      } catch (error) {
        await admin.close();
        const log = existsSync(logFile) ? readFileSync(logFile, "utf8") : "";
        // Somebody else took one of the ports between the look and the start.
        if (attempt < 3 && log.includes("Address already in use")) continue;
        throw new Error(`${error instanceof Error ? error.message : error}; its log ends:\n${log.slice(-3000)}`);
      }
    }
  };
  const { ports, admin, java: first } = await start();
  let java: JavaProcess = first;

  const signal = (name: "SIGKILL" | "SIGSTOP" | "SIGCONT") => process.kill(java.pid, name);
  const kill = async () => {
    try {
      signal("SIGKILL");
    } catch {
      // It has ended already.
    }
    await java.ended;
  };
  const acls = ({ username }: User, names: readonly string[]) =>
    names.flatMap((resourceName) =>
      [AclOperations.WRITE, AclOperations.DESCRIBE].map((operation) => ({
        resourceType: ResourceTypes.TOPIC,
        resourceName,
        resourcePatternType: ResourcePatternTypes.LITERAL,
        principal: `User:${username}`,
        host: "*",
        operation,
        permissionType: AclPermissionTypes.ALLOW,
      })),
    );
  const createTopic = async (name: string, configs: Readonly<Record<string, string>> = {}) => {
    await admin.createTopics({
      topics: [{ topic: name, partitions: topicSettings.partitions, replicas: 1 }],
      configs: Object.entries({
        "max.message.bytes": String(topicSettings.maxMessageBytes),
        "min.insync.replicas": "1",
        ...configs,
      }).map(([key, value]) => ({ name: key, value })),
    });
    await untilKnown(admin, name);
  };
  return {
    ports,
    admin,
    caFile: certificates.caFile,
    environment({ user = users.service, tls = false } = {}) {
      return {
        KAFKA_BROKERS: tls ? `localhost:${ports.tls}` : `127.0.0.1:${ports.plain}`,
        KAFKA_USERNAME: user.username,
        KAFKA_PASSWORD: user.password,
        ...(tls && { KAFKA_CA_FILE: certificates.caFile }),
      };
    },
    async createTopics() {
      for (const name of ours) await createTopic(name, name === topics.codexTasks ? taskTopicConfigs : {});
    },
    createTopic,
    async allow(user, names = ours) {
      const creations = acls(user, names);
      await admin.createAcls({ creations });
      await untilInForce(admin, creations);
    },
    async deny(user, names = ours) {
      await admin.deleteAcls({ filters: acls(user, names) });
    },
    kill,
    async restart() {
      java = await launch();
      await untilReady(admin, java);
    },
    freeze: () => signal("SIGSTOP"),
    thaw: () => signal("SIGCONT"),
    renewCertificates: () => void makeCertificates(join(folder, "tls")),
    async ended() {
      await java.ended;
    },
    async stop() {
      await kill();
      await admin.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const taskTopicConfigs = {
  "max.message.bytes": String(topicSettings.maxTaskMessageBytes),
  "compression.type": "uncompressed",
};

/** A topic is made before all of its partitions have a leader. */
async function untilKnown(admin: Admin, name: string): Promise<void> {
  for (;;) {
    const found = await admin.metadata({ topics: [name], forceUpdate: true }).catch((error: unknown) => {
      if (findErrorBy(error as Error, "canRetry", true) ?? /Unknown topic/.test(String(error))) return undefined;
      throw error;
    });
    const topic = found?.topics.get(name);
    if (topic?.partitions.every(({ leader }) => leader >= 0)) return;
    await wait(10);
  }
}

/** The controller makes ACLs; they count once the broker has heard of them. */
async function untilInForce(admin: Admin, acls: readonly AclFilter[]): Promise<void> {
  for (const filter of acls) while ((await admin.describeAcls({ filter })).length === 0) await wait(10);
}
