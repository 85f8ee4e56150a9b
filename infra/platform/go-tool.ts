/** A program of the platform, built from a Go module in this repository, whose go.mod and go.sum pin all that goes into it. */
export interface GoTool {
  /** Of the program. */
  name: string;
  /** The module's folder, from the repository's root. */
  module: string;
  /** What is built, as `go build` names it. */
  package: string;
  /** Build tags. */
  tags?: readonly string[];
  /** Variables that are set when it is linked (`-X`), by their full names: the version that it tells. */
  variables?: Readonly<Record<string, string>>;
  /** The module that is built from an amended copy, since what is published of it does not compile. */
  amended?: { source: "argoWorkflows"; files: Readonly<Record<string, { copyOf: string } | { text: string }>> };
}

/**
 * Argo Workflows as published lacks a file for Linux, whose counterpart for Darwin holds nothing of Darwin's, and the page
 * of its server, which the CLI embeds.
 */
export const amendedWorkflows: NonNullable<GoTool["amended"]> = {
  source: "argoWorkflows",
  files: {
    "workflow/executor/osspecific/signal_linux.go": { copyOf: "workflow/executor/osspecific/signal_darwin.go" },
    "ui/dist/app/index.html": { text: "" },
  },
};

export const goTools = {
  argo: {
    name: "argo",
    module: "infra/platform/workflows",
    package: "github.com/argoproj/argo-workflows/v3/cmd/argo",
    amended: amendedWorkflows,
  },
  workflowCheck: {
    name: "workflow-check",
    module: "infra/platform/workflows",
    package: ".",
    amended: amendedWorkflows,
  },
  sensorCheck: { name: "sensor-check", module: "infra/platform/events", package: "." },
  kubeconform: {
    name: "kubeconform",
    module: "infra/platform/kubeconform",
    package: "github.com/yannh/kubeconform/cmd/kubeconform",
  },
  promtool: {
    name: "promtool",
    module: "infra/platform/prometheus",
    package: "github.com/prometheus/prometheus/cmd/promtool",
    // Without the clients of two dozen clouds, which are only for finding what to scrape there.
    tags: ["remove_all_sd"],
  },
} as const satisfies Record<string, GoTool>;

/** All of Argo Events' programs in one. */
export const argoEvents: GoTool = {
  name: "argo-events",
  module: "infra/platform/events",
  package: "github.com/argoproj/argo-events/cmd",
};
