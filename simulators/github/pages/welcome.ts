/** What the pages tell a newcomer: they know GitHub, and this what stands behind it. */
export interface Welcome {
  /** What follows when an issue is opened, one sentence a step. */
  readonly steps: readonly string[];
  /** Issues to open with one press. */
  readonly examples: readonly { readonly title: string; readonly body: string }[];
}
