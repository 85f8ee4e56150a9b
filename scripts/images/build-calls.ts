/** Our images, each with how it is made. */
export const images = [
  { name: "froussard", dockerfile: "service/Dockerfile" },
  { name: "codex-runner", dockerfile: "runner/Dockerfile", target: "runner" },
  { name: "codex-agent", dockerfile: "runner/Dockerfile", target: "agent" },
] as const;
export type ImageName = (typeof images)[number]["name"];
export const imageNames = images.map(({ name }) => name);

/** Programs that build images, in the order in which they are tried; all take the same words. */
export const builders = ["docker", "podman", "buildah"] as const;
export type Builder = (typeof builders)[number];

export interface BuildSettings {
  builder: Builder;
  /** Registry and account, without an end slash: `ghcr.io/gregkonush`. */
  registry: string;
  /** Tag of all images, and what their labels say. */
  version: string;
  /** Commit that they are built from; empty when unknown. */
  revision: string;
  only: readonly ImageName[];
  /** `linux/arm64`; the builder's own when absent. */
  platform?: string | undefined;
  /** `NAME=value` of more build arguments, NODE_IMAGE for example. */
  buildArguments: readonly string[];
}

/** The command lines, in order: program first. Pure. */
export function buildCalls(settings: BuildSettings): string[][] {
  const { builder, registry, version, revision, only, platform, buildArguments } = settings;
  const given = [`VERSION=${version}`, `REVISION=${revision}`, ...buildArguments];
  return images
    .filter(({ name }) => only.includes(name))
    .map((image) => [
      builder,
      "build",
      ...["--file", image.dockerfile],
      ...("target" in image ? ["--target", image.target] : []),
      ...(platform === undefined ? [] : ["--platform", platform]),
      ...given.flatMap((each) => ["--build-arg", each]),
      ...["--tag", `${registry}/${image.name}:${version}`],
      ".",
    ]);
}
