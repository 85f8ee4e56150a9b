import { spawnSync } from "node:child_process";
import { installPackages } from "../../../service/testing/install-packages.ts";
import { missingTool, type Tool } from "../../../service/testing/tools.ts";

/** Debian's packages, by the program that tells whether one is there. */
const packages = { buildah: "buildah", runc: "runc", npm: "npm", mmdebstrap: "mmdebstrap", ip: "iproute2" };
const install = `apt-get install -y ${Object.values(packages).join(" ")}`;
const isThere = (program: string) => spawnSync(program, [program === "ip" ? "-V" : "--version"]).status === 0;

/** What an image is built and started with. */
export const imageTools: readonly Tool[] = [
  { name: "buildah", command: "buildah", arguments: ["--version"], install },
  { name: "runc", command: "runc", arguments: ["--version"], install },
  { name: "npm", command: "npm", arguments: ["--version"], install },
  {
    name: "namespaces",
    command: "unshare",
    arguments: ["--mount", "--pid", "--fork", "true"],
    install: "run as root, where containers can be started",
  },
];

/** What images of runs need besides: a Debian to install packages into, and networks of pods. */
export const runImageTools: readonly Tool[] = [
  ...imageTools,
  { name: "mmdebstrap", command: "mmdebstrap", arguments: ["--version"], install },
  { name: "iproute2", command: "ip", arguments: ["-V"], install },
];

/** Installs what is missing where that needs nobody: as root, on Debian. Elsewhere the suite says what to install. */
export function installImageTools(): void {
  if (missingTool(runImageTools) === undefined) return;
  const missing = Object.entries(packages).flatMap(([program, name]) => (isThere(program) ? [] : [name]));
  installPackages(missing);
}
