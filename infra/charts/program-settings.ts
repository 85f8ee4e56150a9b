import { topics } from "@froussard/contract";
import { authorityVariables } from "../constructs/authorities.ts";
import type { Variables } from "../constructs/environment.ts";
import { signInVariables } from "../constructs/github-sign-in.ts";
import { caFolder } from "../constructs/program-deployment.ts";
import { gitHubSignIn, kafkaCa, secretKey } from "../secrets/secret-keys.ts";
import type { Settings } from "../settings/schema.ts";

/** Variables of all programs that speak to GitHub: where it is, what is served, who may decide, how branches are called. */
export function githubVariables({ github, approvers, planTrigger, repositories, caConfigMap }: Settings): Variables {
  return {
    ...authorityVariables(caConfigMap),
    CODEX_REPOSITORIES: repositories.join(","),
    GITHUB_API_BASE_URL: github.apiUrl,
    CODEX_TRIGGER_LOGINS: approvers.join(","),
    CODEX_PLAN_TRIGGER: planTrigger,
    CODEX_BASE_BRANCH: github.baseBranch,
    CODEX_BRANCH_PREFIX: github.branchPrefix,
  };
}

/** Variables of mediator and report: besides {@link githubVariables}, how often an issue is worked on. */
export function runVariables(settings: Settings): Variables {
  return { ...githubVariables(settings), CODEX_RUNS_PER_ISSUE: settings.codex.runsPerIssue };
}

/** Variables of the mediator: how Codex is called, and what it may cost. */
export function codexVariables({ codex, runs, changes }: Settings): Variables {
  return {
    OPENAI_BASE_URL: codex.openaiUrl,
    CODEX_MODEL: codex.model,
    CODEX_REASONING_EFFORT: codex.effort,
    CODEX_WEB_SEARCH: codex.webSearch,
    CODEX_TOKEN_BUDGET: codex.tokenBudget,
    CODEX_MAX_ANSWER_TOKENS: codex.maxAnswerTokens,
    CODEX_DEADLINE_MINUTES: codex.deadlineMinutes,
    CODEX_IDLE_MINUTES: codex.idleMinutes,
    CODEX_RUNS_PER_DAY: codex.runsPerDay,
    CODEX_PRICES: codex.prices,
    CODEX_PROTECTED_PATHS: changes.protectedPaths.join(","),
    CODEX_MAX_FILES: changes.maxFiles,
    CODEX_MAX_BYTES: changes.maxBytes,
    CODEX_COMMIT_CHECKS: changes.commitChecks,
    CODEX_EGRESS_HOSTS: runs.egressHosts.length > 0 ? runs.egressHosts.join(",") : undefined,
  };
}

/** Variables of both of the service's programs. */
export function serviceVariables(settings: Settings): Variables {
  const { service, codex, planSince } = settings;
  const ca = kafkaCa(settings);
  return {
    ...signInVariables(gitHubSignIn(settings)),
    ...githubVariables(settings),
    CODEX_SINCE: planSince,
    CODEX_DEADLINE_MINUTES: codex.deadlineMinutes,
    KAFKA_BROKERS: bootstrapServers(settings),
    KAFKA_USERNAME: secretKey(settings, "serviceKafka", "username"),
    KAFKA_PASSWORD: secretKey(settings, "serviceKafka", "password"),
    KAFKA_CA_FILE: ca && `${caFolder}/${ca.key}`,
    KAFKA_TOPIC: topics.webhookEvents,
    KAFKA_CODEX_TOPIC: topics.codexTasks,
    SHUTDOWN_GRACE_SECONDS: service.shutdownGraceSeconds,
    OTEL_EXPORTER_OTLP_ENDPOINT: service.otlpEndpoint,
    LOG_LEVEL: service.logLevel,
  };
}

/** Variables of `watch`: how often it looks, and what that may cost. */
export function loopVariables({ service: { loop } }: Settings): Variables {
  return {
    WATCH_REPOSITORY_SECONDS: loop.repositorySeconds,
    WATCH_FRESH_PLAN_SECONDS: loop.freshPlanSeconds,
    WATCH_OLD_PLAN_SECONDS: loop.oldPlanSeconds,
    WATCH_POINTS_PER_HOUR: loop.pointsPerHour,
  };
}

/** Where the brokers are, as a comma list of host:port. */
export function bootstrapServers({ kafka, namespaces }: Settings): string {
  const port = kafka.tls ? 9093 : 9092;
  return kafka.bootstrapServers ?? `${kafka.cluster}-kafka-bootstrap.${namespaces.kafka}.svc:${port}`;
}
