import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { makeCertificates } from "@froussard/simulators/testing/certificates";
import { cacheFolder } from "../cache-folder.ts";
import { missingTool } from "../tools.ts";
import { brokerTools } from "./broker-tools.ts";
import { freePorts } from "./free-ports.ts";
import { runJava } from "./run-java.ts";
import { serverProperties } from "./server-properties.ts";
import { openAdmin, untilReady } from "./until-ready.ts";
import { users } from "./users.ts";

/** What every broker is started from. */
export interface BrokerFiles {
  /** The JVM's options up to the name of the main class. */
  java: readonly string[];
  /** An empty log folder, formatted, with the users in its metadata. To be copied. */
  formatted: string;
}

const run = promisify(execFile);
const pom = join(import.meta.dirname, "pom.xml");
const logging = `rootLogger.level=warn
rootLogger.appenderRef.out.ref=out
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d{HH:mm:ss.SSS} %p %c{1}: %m%n
`;

/**
 * The broker's jars from Maven Central, a formatted log folder, and an archive of loaded classes that makes the start
 * quick. In the cache, made on first use (about a minute); two first uses at once do not disturb each other.
 * @throws Error when a tool is missing, saying how to install it
 */
export async function brokerFiles(): Promise<BrokerFiles> {
  const missing = missingTool(brokerTools);
  if (missing) throw new Error(missing);
  const { stderr: version } = await run("java", ["-version"]);
  const hash = createHash("sha256");
  for (const part of [readFileSync(pom, "utf8"), version, JSON.stringify(users), logging]) hash.update(part);
  const brokers = join(cacheFolder, "kafka");
  const folder = join(brokers, hash.digest("hex").slice(0, 16));
  if (!existsSync(join(folder, "complete"))) await makeFiles(brokers, folder);
  return { java: javaOptions(folder), formatted: join(folder, "formatted") };
}

function javaOptions(folder: string): string[] {
  const jars = join(folder, "jars");
  return [
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    `-Dlog4j2.configurationFile=${join(folder, "log4j2.properties")}`,
    `-XX:SharedArchiveFile=${join(folder, "classes.jsa")}`,
    "-cp",
    // The archive fits only the class path that it was made with.
    readdirSync(jars)
      .sort()
      .map((jar) => join(jars, jar))
      .join(":"),
  ];
}

async function makeFiles(brokers: string, folder: string): Promise<void> {
  mkdirSync(brokers, { recursive: true });
  const fresh = mkdtempSync(join(brokers, "new-"));
  await run("mvn", ["-q", "-B", "-f", pom, "dependency:copy-dependencies", `-DoutputDirectory=${join(fresh, "jars")}`]);
  writeFileSync(join(fresh, "log4j2.properties"), logging);
  await format(fresh);
  try {
    renameSync(fresh, folder);
  } catch (error) {
    rmSync(fresh, { recursive: true });
    if (!existsSync(join(folder, "formatted"))) throw error;
  }
  await archiveClasses(folder);
  writeFileSync(join(folder, "complete"), "");
}

async function format(folder: string): Promise<void> {
  const file = join(folder, "format.properties");
  const [plain = 0, tls = 0, controller = 0] = await freePorts(3);
  const ports = { plain, tls, controller };
  writeFileSync(file, serverProperties({ ports, logFolder: join(folder, "formatted"), keyStore: "unused" }));
  const scram = Object.values(users).flatMap(({ username, password }) => [
    "--add-scram",
    `SCRAM-SHA-512=[name=${username},password=${password}]`,
  ]);
  const classPath = ["-cp", join(folder, "jars", "*")];
  const { stdout: id } = await run("java", [...classPath, "kafka.tools.StorageTool", "random-uuid"]);
  await run("java", [...classPath, "kafka.tools.StorageTool", "format", "-t", id.trim(), "-c", file, ...scram]);
}

/** One run in order, whose classes are written down at its end. At its place already: the archive holds the paths. */
async function archiveClasses(folder: string): Promise<void> {
  const work = mkdtempSync(join(folder, "archiving-"));
  const archive = join(work, "classes.jsa");
  const [plain = 0, tls = 0, controller = 0] = await freePorts(3);
  const properties = join(work, "server.properties");
  cpSync(join(folder, "formatted"), join(work, "logs"), { recursive: true });
  const { keyStore } = makeCertificates(work);
  writeFileSync(
    properties,
    serverProperties({ ports: { plain, tls, controller }, logFolder: join(work, "logs"), keyStore }),
  );
  const options = javaOptions(folder).filter((option) => !option.startsWith("-XX:SharedArchiveFile="));
  const args = [`-XX:ArchiveClassesAtExit=${archive}`, ...options, "kafka.Kafka", properties];
  const java = await runJava(args, join(work, "log"));
  const admin = openAdmin(plain);
  await untilReady(admin, java);
  await admin.close();
  process.kill(java.pid, "SIGTERM");
  await java.ended;
  renameSync(archive, join(folder, "classes.jsa"));
  rmSync(work, { recursive: true });
}
