import { type CodexBinary, findCodex, supportedCodexVersion } from "codex-runner/codex/codex-binary";
import { check } from "froussard/checks/finding";
import { lookAtGitHub, type SeenGitHub } from "froussard/checks/github/look-at-github";
import { judgeModel } from "froussard/checks/model/judge-model";
import { readModel } from "froussard/checks/model/model-facts";
import { checkSandbox } from "./check-sandbox.ts";
import { type Finding, type PreflightReport, reportOf } from "./finding.ts";
import { judgeCodex } from "./judge-codex.ts";
import { judgeFolder, judgeGit, judgeNode, judgePort } from "./judge-machine.ts";
import { askVersion, tryFolder, tryPort } from "./machine-facts.ts";
import type { PreflightSettings } from "./read-preflight-settings.ts";
import { githubWords, modelWords } from "./words.ts";

export interface Preflight {
  report: PreflightReport;
  /** Whose token or App it is; absent when GitHub did not say, which is a fault. */
  account?: { id: number; login: string };
}

/** Longest wait for one question; those that need no other's answer are asked side by side. Milliseconds. */
const timeoutMs = 10_000;
/** Longest wait for a program of this machine, which may have much else to do. Milliseconds. */
const programMs = 30_000;

/**
 * Looks at everything that a run will need: this machine, GitHub, the model. Changes nothing there and costs nothing; takes
 * seconds. What is wrong is a finding, all of them together.
 */
export async function runPreflight(settings: PreflightSettings, signal?: AbortSignal): Promise<Preflight> {
  const [machine, codex, model, github] = await Promise.all([
    checkMachine(settings),
    checkCodex(settings),
    checkModel(settings),
    checkGitHub(settings, signal),
  ]);
  const findings = [...judgeSettings(settings), ...machine, ...codex, ...model, ...github.findings];
  return { report: reportOf(findings), ...(github.account && { account: github.account }) };
}

function judgeSettings({ faults }: PreflightSettings): Finding[] {
  if (faults.length === 0) return [check("settings").ok("complete")];
  return faults.map((fault) => {
    // Most say after a semicolon or a colon what to set.
    const [, found = fault, fix] = /^(.*?)(?:; |: set it )(.*)$/s.exec(fault) ?? [];
    return check("settings").fault(
      found,
      fix === undefined ? "correct it: npm run local -- --help tells of each" : fix,
    );
  });
}

async function checkMachine({ data, path, webhookPort }: PreflightSettings): Promise<Finding[]> {
  const [git, folder, port] = await Promise.all([
    askVersion("git", path, programMs),
    tryFolder(data),
    webhookPort === undefined ? undefined : tryPort(webhookPort),
  ]);
  return [judgeNode(process.versions.node), judgeGit(git), ...judgeFolder(folder), ...(port ? [judgePort(port)] : [])];
}

async function checkCodex({ codexProgram, path, readablePaths }: PreflightSettings): Promise<Finding[]> {
  let codex: CodexBinary;
  try {
    codex = findCodex(codexProgram);
  } catch (error) {
    const sandbox = (["sandbox", "codex-sandbox"] as const).map((id) => check(id).skipped("there is no Codex program"));
    return [judgeCodex({ missing: (error as Error).message }), ...sandbox];
  }
  const [answer, sandbox] = await Promise.all([
    askVersion(codex.path, path, programMs),
    checkSandbox({ codex, path, readablePaths, timeoutMs: programMs }),
  ]);
  const chosen = codex.version === undefined;
  const found = judgeCodex({ path: codex.path, chosen, supported: supportedCodexVersion(), answer });
  const inner = check("codex-sandbox").skipped("Codex has to be put right first");
  return [found, ...sandbox.map((each) => (found.status === "fault" && each.id === inner.id ? inner : each))];
}

async function checkModel({ openaiKey, openaiBaseUrl, model }: PreflightSettings): Promise<Finding[]> {
  if (openaiKey === undefined || openaiBaseUrl === undefined || model === undefined)
    return [check("model").skipped("the settings have to be put right first")];
  return [judgeModel(await readModel({ baseUrl: openaiBaseUrl, apiKey: openaiKey, model, timeoutMs }), modelWords)];
}

async function checkGitHub(settings: PreflightSettings, signal: AbortSignal | undefined): Promise<SeenGitHub> {
  const { credential, apiBaseUrl } = settings;
  if (!credential || apiBaseUrl === undefined)
    return { reached: false, findings: [check("github").skipped("there is no way to sign in yet: see settings")] };
  return lookAtGitHub({ ...settings, credential, apiBaseUrl, words: githubWords, timeoutMs, signal });
}
