const minute = 60;
/** Fetching the working copy and proving the sandbox, before Codex begins. */
const prepareMinutes = 20;
/** Pushing and posting, which is tried again while GitHub does not answer. */
const publishMinutes = 10;
/** Pulling images, and the controller's looks between the steps. */
const startMinutes = 10;

/** The mediator may finish a publish in hand for 60 seconds after it was asked to stop. */
export const mediatorGraceSeconds = 90;
/** `report` waits 75 seconds for a mediator that is still publishing; then it reads and writes a few comments. */
export const reportDeadlineSeconds = 10 * minute;

/** Time limits of a run, in seconds: each holds what lies within it. */
export function runDeadlines(codexMinutes: number, attempts: number) {
  const agent = (prepareMinutes + codexMinutes + publishMinutes) * minute;
  /** It serves the agent to its end, also one whose pod starts late. */
  const mediator = agent + startMinutes * minute;
  const run = attempts * (mediator + startMinutes * minute);
  return { agent, mediator, run };
}
