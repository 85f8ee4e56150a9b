import { apiClient, readKubeconfig } from "./api-client.ts";
import { clusterLayout } from "./layout.ts";
import { endProcess, isRunning, startProcess } from "./process.ts";
import { runCommand } from "./run-command.ts";
import { type ClusterState, type ProcessSpec, type ProcessState, readState, writeState } from "./state.ts";
import { untilReady } from "./until-ready.ts";

/** What a kubectl call may need besides its arguments. */
export interface KubectlOptions {
  /** A manifest for `-f -`; never shown. */
  input?: string;
  /** Default: 60 seconds. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** A running cluster, as the command that brought it up and every test has it. */
export interface Cluster {
  /** As it is written at this moment: other processes change it too. */
  readonly state: ClusterState;
  /** kubectl as the cluster's administrator; answers its output. @throws Error with what it said */
  kubectl(args: readonly string[], options?: KubectlOptions): Promise<string>;
  /** The Workflows' own CLI, signed in as the administrator; answers its output. @throws Error with what it said */
  argo(args: readonly string[], options?: KubectlOptions): Promise<string>;
  /** `kubectl … --output=json`, parsed. */
  kubectlJson<T>(args: readonly string[], options?: KubectlOptions): Promise<T>;
  /**
   * Looks at the API server as the administrator, for what is looked at again and again: a kubectl takes a tenth of a second
   * of a processor. Nothing where there is nothing of that name. @throws Error when it does not answer, or refuses
   */
  look(path: string, accept?: string): Promise<unknown>;
  /** Starts a process that `down` ends, and resolves once it is ready; one of that name must not run yet. */
  start(spec: ProcessSpec, signal?: AbortSignal): Promise<void>;
  /** Ends a process by SIGTERM, as a stopped machine would. It can be restarted. */
  stop(name: string): Promise<void>;
  /** Ends a process at once, as a crash would. It can be restarted. */
  kill(name: string): Promise<void>;
  /** Starts an ended process again as it was; one that runs is stopped first. Resolves once it is ready. */
  restart(name: string): Promise<void>;
}

/**
 * The cluster whose state is in `folder`.
 * @throws Error when none is up
 */
export function readCluster(folder: string): Cluster {
  const state = readState(clusterLayout(folder).state);
  if (state?.phase !== "up") throw new Error("no cluster is up: npm run e2e -- up");
  return openCluster(folder);
}

/** Like {@link readCluster}, for one that is only being started. */
export function openCluster(folder: string): Cluster {
  const layout = clusterLayout(folder);
  const read = (): ClusterState => {
    const state = readState(layout.state);
    if (!state) throw new Error("the cluster was taken down meanwhile");
    return state;
  };
  const find = (name: string): ProcessState => {
    const found = read().processes.find((process) => process.name === name);
    if (found) return found;
    const names = read().processes.map((process) => process.name);
    throw new Error(`the cluster has no process ${name}, only ${names.join(", ")}`);
  };
  const kubectl = (args: readonly string[], options: KubectlOptions = {}) => {
    const { programs, kubeconfig } = read();
    return runCommand(programs["kubectl"] ?? "kubectl", [`--kubeconfig=${kubeconfig}`, ...args], options);
  };
  const administrator = () => {
    const { server, identity } = readKubeconfig(read().kubeconfig);
    return apiClient(server, identity);
  };
  let asked: ReturnType<typeof administrator> | undefined;
  const launch = async (spec: ProcessSpec, signal?: AbortSignal) => {
    const started = await startProcess(spec, layout.logs, read().environment);
    const state = read();
    const at = state.processes.findIndex(({ name }) => name === spec.name);
    // In its old place: processes are ended in the reverse order of their start.
    const processes =
      at < 0 ? [...state.processes, started] : state.processes.map((one, index) => (index === at ? started : one));
    writeState(layout.state, { ...state, processes });
    await untilReady(started, signal);
  };
  return {
    get state() {
      return read();
    },
    kubectl,
    argo(args, options) {
      const { programs, kubeconfig } = read();
      return runCommand(programs["argo"] ?? "argo", args, { ...options, env: { KUBECONFIG: kubeconfig } });
    },
    async kubectlJson(args, options) {
      return JSON.parse(await kubectl([...args, "--output=json"], options));
    },
    async look(path, accept) {
      asked ??= administrator();
      const { status, body } = await asked(path, accept === undefined ? {} : { headers: { accept } });
      if (status === 404) return undefined;
      if (status !== 200) throw new Error(`the API server answers ${path} with ${status}: ${JSON.stringify(body)}`);
      return body;
    },
    async start(spec, signal) {
      const before = read().processes.find(({ name }) => name === spec.name);
      if (before && isRunning(before)) throw new Error(`${spec.name} runs already (process ${before.pid})`);
      await launch(spec, signal);
    },
    stop: (name) => endProcess(find(name)),
    kill: (name) => endProcess(find(name), "SIGKILL"),
    async restart(name) {
      const { pid: _, startTicks: __, log: ___, ...spec } = find(name);
      await endProcess(find(name));
      await launch(spec);
    },
  };
}
