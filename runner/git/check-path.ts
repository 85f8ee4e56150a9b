/** Longest path and longest name in it that common file systems take. Bytes of UTF-8. */
const maxPathBytes = 4096;
const maxNameBytes = 255;

/** Zero-width, bidirectional and tag characters, variation selectors, and letters drawn as nothing; unassigned ones. */
const invisible = /\p{Cf}|\p{Cn}|\p{Co}|\p{Default_Ignorable_Code_Point}|[\u115F\u1160\u3164\uFFA0]/u;

/**
 * Why a path may not stand in a commit of ours; undefined when it may. Stricter than git: a path that a person's machine
 * of any kind reads otherwise than we do, or that does not look like what it is, is refused.
 */
export function checkPath(path: string): string | undefined {
  if (path === "") return "empty path";
  if (!path.isWellFormed()) return "not valid Unicode";
  if (Buffer.byteLength(path) > maxPathBytes) return `longer than ${maxPathBytes} bytes`;
  if (path.startsWith("/") || /^[A-Za-z]:/.test(path)) return "absolute path";
  if (path.includes("\\")) return "backslash";
  if (/[\p{Cc}\p{Zl}\p{Zp}\uFFFD]/u.test(path)) return "control character";
  if (invisible.test(path)) return "unassigned or invisible character";
  for (const name of path.split("/")) {
    const reason = checkName(name);
    if (reason) return reason;
  }
  return undefined;
}

function checkName(name: string): string | undefined {
  if (name === "") return "empty path segment";
  if (name === "." || name === "..") return "relative path segment";
  if (Buffer.byteLength(name) > maxNameBytes) return `a name longer than ${maxNameBytes} bytes`;
  if (isGitFolder(name)) return "path into .git";
  if (/[. ]$/.test(name) || name.startsWith(" ")) return "name that ends in a dot or a space, or begins with a space";
  if (/^[^.]{1,6}~[1-9][0-9]?(?:\.[^.]{1,3})?$/.test(name)) return "short name of another file (8.3)";
  return undefined;
}

/** `.git` under any spelling that a file system with case folding, ignorable characters or streams takes for it. */
function isGitFolder(name: string): boolean {
  const [stem = ""] = name
    .normalize("NFKC")
    .replace(/\p{Cf}/gu, "")
    .toLowerCase()
    .split(":");
  return /^(?:\.git|git~[0-9]+)$/.test(stem.replace(/[. ]+$/, ""));
}

/** Two paths with one folded form are one file on a file system that folds case and composes characters. */
export function foldPath(path: string): string {
  return path.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
}
