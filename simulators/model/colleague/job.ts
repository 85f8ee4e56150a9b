/** The files of the repository that were read, and the names of all. */
export interface Project {
  readonly paths: readonly string[];
  readonly texts: ReadonlyMap<string, string>;
}

/** A file as it was and as it shall be; undefined where there is none. */
export interface Change {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly reason: string;
}

/** What carrying out a job means for this project. */
export interface Draft {
  readonly changes: readonly Change[];
  readonly risks?: readonly string[];
  readonly tests?: readonly string[];
  readonly questions?: readonly string[];
}

/** The text that rules, and what else was said: for details that the ruling text leaves out. */
export interface Wording {
  readonly text: string;
  readonly more: string;
}

/** A request that was understood. */
export interface Job {
  /** One line, imperative, as for a commit. */
  readonly title: string;
  /** The whole of it in a sentence or two, which read again gives the same job. */
  readonly statement: string;
  /** What to look for in the files, literally. */
  readonly words: readonly string[];
  /** Undefined when the project has no place for it. */
  draft(project: Project): Draft | undefined;
}

/** Reads a text; undefined when it asks for something else. */
export type Skill = (wording: Wording) => Job | undefined;

/** The change of one file's text, or nothing if it stays as it is. */
export function edit(project: Project, path: string, reason: string, rewrite: (text: string) => string): Change[] {
  const before = project.texts.get(path);
  if (before === undefined) return [];
  const after = rewrite(before);
  return after === before ? [] : [{ path, before, after, reason }];
}

export const create = (path: string, text: string, reason: string): Change => ({
  path,
  before: undefined,
  after: text.endsWith("\n") ? text : `${text}\n`,
  reason,
});
