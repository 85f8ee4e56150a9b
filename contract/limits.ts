/** Sizes and times that both ends of a boundary rely on. */
export const limits = {
  /** A task message, serialized. The event bus can blow a message up eightfold, and one too large stops its partition. */
  taskBytes: 96 * 1024,
  /** One text field of a task message, in its JSON-escaped form. */
  taskTextBytes: 16 * 1024,
  /** GitHub's limit on the body of an issue or a comment, in characters. */
  githubBodyCharacters: 65_536,
  /** GitHub's limit on a webhook's payload. */
  webhookBytes: 25 * 1024 * 1024,
  /** A published task without a trace is published again after these many minutes, each once … */
  republishMinutes: [5, 15, 60] as const,
  /** … and after this many, its failure is told. */
  abandonMinutes: 75,
  /** A run that shows no progress for its deadline and this many minutes more is told as failed. */
  silentMinutes: 10,
  /**
   * A finished Workflow is kept so long: longer than the topics keep messages, since a message that comes again must meet
   * the Workflow of its name.
   */
  workflowTtlDays: 8,
} as const;
