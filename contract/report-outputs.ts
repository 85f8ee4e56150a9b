/**
 * What `report` hands over of a run, each as a text of its own. The first three are for people, empty where there is
 * nothing. The others become metrics, so that each is a word of ours or a number, never what people or a model wrote:
 * `none` and `0` where there is nothing.
 */
export const reportOutputs = [
  "planCommentUrl",
  "pullRequestUrl",
  "usage",
  "stage",
  "outcome",
  "code",
  "type",
  "inputTokens",
  "cachedTokens",
  "outputTokens",
  "agentSeconds",
  "cost",
] as const;
export type ReportOutput = (typeof reportOutputs)[number];
