/**
 * Whether a symbolic link of the repository stays inside the working copy whatever its neighbours are: relative, `..` only
 * at its beginning and no further up than the root (a `..` behind the name of another link could lead out), and not into
 * `.git`. All other links become plain files that hold the target's text, as git does where links are not supported.
 */
export function staysInside(linkPath: string, target: string): boolean {
  if (target === "" || target.startsWith("/") || /[\\\p{C}]/u.test(target)) return false;
  const names = target.split("/").filter((name) => name !== "" && name !== ".");
  const climbs = names.findIndex((name) => name !== "..");
  const up = climbs < 0 ? names.length : climbs;
  const rest = names.slice(up);
  if (rest.some((name) => name === ".." || /^(?:\.git|git~\d+)[. ]*$/i.test(name))) return false;
  const depth = linkPath.split("/").length - 1;
  return up <= depth;
}
