/** The path that a request asks for, as it was written; its target may be an address (`http://host/path`), as for a proxy. */
export function targetPath(target: string): string {
  const local = target.replace(/^https?:\/\/[^/?#]*/i, "");
  return local.split(/[?#]/, 1)[0] || "/";
}
