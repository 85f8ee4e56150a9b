import { join } from "node:path";
import { goModuleFolder } from "../../../infra/schemas/go-module.ts";
import { sources } from "../../../infra/schemas/versions.ts";
import { pauseImage } from "../cluster/node/containerd-config.ts";
import type { Programs } from "../programs/programs.ts";
import type { PlatformImage } from "./image.ts";

/** An image with a shell and the usual commands, for pods of tests. */
export const busyboxImage = "localhost/busybox:1";

/** Paths and names of what images are made from, besides the built programs. */
export interface ImageSources {
  programs: Programs;
  /** A statically linked busybox, and the commands that it has. */
  busybox: { path: string; commands: readonly string[] };
}

const program = (path: string, from: string) => ({ path, from, mode: 0o755 });

/**
 * The images of everything that is not ours, under the names by which the manifests ask for them, with entry point and user of
 * the published ones (their Dockerfiles are beside the programs' sources). The two programs that stand beside NATS in the event
 * bus's pods, which reload its configuration and show its metrics, are stand-ins that do nothing.
 */
export function platformImages({ programs, busybox }: ImageSources): PlatformImage[] {
  const workflows = goModuleFolder(sources.argoWorkflows);
  const resolution = { path: "etc/nsswitch.conf", from: join(workflows, "hack/nsswitch.conf") };
  return [
    { name: pauseImage, files: [program("pause", programs.pause)], entrypoint: ["/pause"], user: "65535:65535" },
    {
      name: busyboxImage,
      files: [
        program("bin/busybox", busybox.path),
        ...busybox.commands
          .filter((name) => name !== "busybox")
          .map((name) => ({ path: `bin/${name}`, linkTo: "busybox" })),
        { path: "etc/passwd", text: "root:x:0:0:root:/:/bin/sh\n" },
      ],
      entrypoint: ["/bin/sh"],
    },
    {
      name: "docker.io/library/nats:2.10.29",
      files: [program("nats-server", programs["nats-server"])],
      entrypoint: ["/nats-server"],
    },
    ...["nats-server-config-reloader", "prometheus-nats-exporter"].map((name) => ({
      name: `docker.io/natsio/${name}:0.14.0`,
      files: [program(name, programs.pause)],
      entrypoint: [`/${name}`],
    })),
    {
      name: `quay.io/argoproj/argo-events:${sources.argoEvents.version}`,
      files: [program("bin/argo-events", programs["argo-events"])],
      entrypoint: ["/bin/argo-events"],
    },
    {
      name: `quay.io/argoproj/workflow-controller:${sources.argoWorkflows.version}`,
      files: [program("bin/workflow-controller", programs["workflow-controller"]), resolution],
      entrypoint: ["workflow-controller"],
      user: "8737",
    },
    {
      name: `quay.io/argoproj/argoexec:${sources.argoWorkflows.version}`,
      files: [program("bin/argoexec", programs.argoexec), resolution],
      entrypoint: ["argoexec"],
    },
  ];
}
