import { shellBlocks } from "./block-mark.ts";
import type { KnownNames } from "./known-names.ts";
import type { Page, Spot } from "./page.ts";
import { readScript } from "./shell-commands.ts";

/** Names of others' programs, which no source of ours has to know. */
const foreignWords =
  /^(?:ARGO|KUBE|CODEX_HOME$|HTTPS?_PROXY$|NO_PROXY$|NOT_ENOUGH|SCRAM_|SASL_|XDG_|SENSOR_OBJECT$|JAVA_)/;

/**
 * Names in the code of a page's prose that nothing has, a line each: an environment variable, a metric, a setting, a label,
 * a script of npm, a file of the repository.
 */
export function unknownNames(page: Page, known: KnownNames, exists: (path: string) => boolean): string[] {
  const own = new Set(shellBlocks(page).flatMap(({ text }) => readScript(text).needs));
  return page.codes
    .filter(({ text }) => !own.has(text))
    .flatMap((spot) => {
      const fault = faultOf(spot.text, known, exists);
      return fault === undefined ? [] : [at(page, spot, fault)];
    });
}

/** Log lines that a page quotes, and no source writes. Where a line holds a value, the page writes `…`. */
export function unknownLogLines(page: Page, { sources }: KnownNames): string[] {
  return page.codes.filter(isLogLine).flatMap((spot) => {
    const parts = spot.text
      .split("…")
      .map((part) => part.trim())
      .filter((part) => part !== "");
    const isWritten = sources.some((source) => parts.every((part) => source.includes(part)));
    return isWritten ? [] : [at(page, spot, "is written by no source")];
  });
}

/** Three words or more, the first of which is no program. */
function isLogLine({ text }: Spot): boolean {
  return (
    text.split(" ").length > 2 &&
    !/^(?:kubectl|argo|npm|node|gh|curl|git|scripts\/|\/|<|froussard |codex-runner )/.test(text)
  );
}

function at(page: Page, { text, line }: Spot, fault: string): string {
  return `${page.path}:${line}: \`${text}\` ${fault}`;
}

function faultOf(text: string, known: KnownNames, exists: (path: string) => boolean): string | undefined {
  const [word = ""] = /^[A-Za-z0-9_]+/.exec(text) ?? [];
  if (/^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(word) && !foreignWords.test(word) && !known.words.has(word))
    return "is a variable that no program reads";
  if (/^froussard_[a-z0-9_]+$/.test(word) && !known.words.has(word.replace(/_(?:bucket|sum|count)$/, "")))
    return "is a metric that nothing counts";
  if (
    /^codex:[a-z-]+$/.test(text) &&
    !known.labels.has(text) &&
    !/^codex:(?:plan|end|progress|result|note)$/.test(text)
  )
    return "is no label of ours";
  const script = /^npm run (?:--silent )?([a-z0-9:-]+)/.exec(text)?.[1];
  if (script !== undefined && !known.scripts.has(script)) return "is no script of package.json";
  const isDotted = /^[a-z][A-Za-z]*(?:\.[a-zA-Z]+(?:\[\])?)+$/.test(text);
  const [group = ""] = text.split(".");
  if (isDotted && known.settings.has(group) && !known.settings.has(text) && !known.others.has(text))
    return "is no setting";
  const isFile = /^[a-z0-9-]+(?:\/[A-Za-z0-9._-]+)+\.(?:ts|mjs|sh|md|yaml)$/.test(text);
  if (isFile && exists(group.split("/")[0] ?? "") && !exists(text)) return "is no file of the repository";
  return undefined;
}
