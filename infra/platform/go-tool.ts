/** A program of the platform, built from a Go module in this folder, whose go.mod and go.sum pin all that goes into it. */
export interface GoTool {
  /** Of the program. */
  name: string;
  /** The module's folder, beside this file. */
  module: string;
  /** What is built, as `go build` names it. */
  package: string;
  /** The module that is built from an amended copy, since what is published of it does not compile. */
  amended?: { source: "argoWorkflows"; files: Readonly<Record<string, { copyOf: string } | { text: string }>> };
}

/**
 * Argo Workflows as published lacks a file for Linux, whose counterpart for Darwin holds nothing of Darwin's, and the page
 * of its server, which the CLI embeds.
 */
const amended: GoTool["amended"] = {
  source: "argoWorkflows",
  files: {
    "workflow/executor/osspecific/signal_linux.go": { copyOf: "workflow/executor/osspecific/signal_darwin.go" },
    "ui/dist/app/index.html": { text: "" },
  },
};

export const goTools = {
  argo: {
    name: "argo",
    module: "workflows",
    package: "github.com/argoproj/argo-workflows/v3/cmd/argo",
    amended,
  },
  workflowCheck: { name: "workflow-check", module: "workflows", package: ".", amended },
  sensorCheck: { name: "sensor-check", module: "events", package: "." },
  kubeconform: {
    name: "kubeconform",
    module: "kubeconform",
    package: "github.com/yannh/kubeconform/cmd/kubeconform",
  },
} as const satisfies Record<string, GoTool>;
