/** Where git looks for itself and its helpers when the caller does not say. */
export const defaultSearchPath = "/usr/local/bin:/usr/bin:/bin";

/** Name of the variable that hands the token to {@link askpassScript}; only git processes that use the network have it. */
export const tokenVariable = "FROUSSARD_GIT_TOKEN";

/** Answers git's questions for user name and password, so that the token is in no argument, URL or file. */
export const askpassScript = `#!/bin/sh
case "$1" in
  Username*) echo x-access-token ;;
  *) printf '%s\\n' "$${tokenVariable}" ;;
esac
`;

export interface GitEnvironmentInput {
  /** Empty private folder. */
  home: string;
  /** Scheme that git may speak: that of the repository's address. */
  protocol: "https" | "http";
  searchPath?: string | undefined;
  /** PEM file with all authorities to trust. @default git's own */
  authorities?: string | undefined;
}

/** The whole environment of a git process: no configuration of the system or of the user, no prompt, English messages. */
export function gitEnvironment({
  home,
  protocol,
  searchPath,
  authorities,
}: GitEnvironmentInput): Record<string, string> {
  return {
    PATH: searchPath ?? defaultSearchPath,
    HOME: home,
    XDG_CONFIG_HOME: home,
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ALLOW_PROTOCOL: protocol,
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_LITERAL_PATHSPECS: "1",
    ...(authorities !== undefined && { GIT_SSL_CAINFO: authorities }),
  };
}

/**
 * Configuration of every call, on the command line, where it wins over the repository's own. What fsck finds wrong with
 * old commits but is harmless is let through; everything that fsck calls an error about trees stays one.
 */
export const gitConfig: readonly string[] = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  // Names with a backslash are lawful in a repository; those that mean .git are refused by fsck and by our own judgement.
  "core.protectNTFS=false",
  "core.attributesFile=/dev/null",
  "core.excludesFile=/dev/null",
  "core.quotePath=false",
  "credential.helper=",
  "http.followRedirects=false",
  "http.lowSpeedLimit=1",
  "http.lowSpeedTime=30",
  "transfer.fsckObjects=true",
  "fetch.fsck.zeroPaddedFilemode=ignore",
  "fetch.fsck.missingSpaceBeforeDate=ignore",
  "fetch.fsck.badTimezone=ignore",
  "fetch.fsck.badEmail=ignore",
  "fetch.fsck.missingEmail=ignore",
  // One pack, however few the objects: the limit on a file's size is then the limit on the whole.
  "fetch.unpackLimit=1",
  "fetch.recurseSubmodules=false",
  "push.recurseSubmodules=no",
  "push.gpgSign=false",
  "commit.gpgSign=false",
  "submodule.recurse=false",
  "gc.auto=0",
  "maintenance.auto=false",
  "advice.detachedHead=false",
  "protocol.version=2",
].flatMap((setting) => ["-c", setting]);
