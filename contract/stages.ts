/** The two things the pipeline does with an issue, in this order. */
export const stages = ["planning", "implementation"] as const;

export type Stage = (typeof stages)[number];
