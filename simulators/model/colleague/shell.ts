/** A word for a POSIX shell, whatever is in it. A NUL cannot be passed on and is dropped. */
export const quote = (text: string): string => `'${text.replaceAll("\0", "").replaceAll("'", "'\\''")}'`;

/** Prints files one after another, each under a line with a mark that no file contains by chance. */
export function printFiles(paths: readonly string[], mark: string): string {
  return `for file in ${paths.map(quote).join(" ")}; do printf '%s %s\\n' ${quote(mark)} "$file"; cat -- "$file"; printf '\\n'; done`;
}

/** The texts that `printFiles` printed. */
export function readFiles(stdout: string, mark: string): Map<string, string> {
  const pieces = stdout.split(`${mark} `).slice(1);
  return new Map(
    pieces.map((piece) => {
      const line = piece.indexOf("\n");
      return [piece.slice(0, line), piece.slice(line + 1).replace(/\n$/, "")];
    }),
  );
}

/** Writes a whole file by a here-document. */
export function writeFile(path: string, text: string): string {
  let end = "END_OF_FILE";
  while (text.includes(end)) end += "_";
  const folder = path.includes("/") ? `mkdir -p ${quote(path.slice(0, path.lastIndexOf("/")))} && ` : "";
  return `${folder}cat > ${quote(path)} <<'${end}'\n${text.endsWith("\n") ? text : `${text}\n`}${end}`;
}
