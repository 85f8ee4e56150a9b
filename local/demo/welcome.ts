import type { Welcome } from "@froussard/simulators/github/pages/welcome";

/** What the demo's GitHub tells who opens it for the first time. */
export const welcome: Welcome = {
  steps: [
    "Within seconds the automation's account puts 👀 on your issue: the real pipeline has taken it up.",
    "The real Codex CLI, driven by a scripted model, reads the repository in its sandbox. A progress comment follows it.",
    "A plan appears as a comment. Read it, then press its 👍 to approve it, or comment /replan and what should be different.",
    "The plan is carried out, and a draft pull request appears with the change. Nothing is merged by itself.",
  ],
  examples: [
    {
      title: "Change the default precision from 2 to 3",
      body: "Two decimal places are not enough for what we convert.\n\nPlease change the default of `--precision` from `2` to `3`, in the code, its tests and the README.",
    },
    {
      title: "Fix a typo in the README",
      body: "In the README, replace `teh number` with `the number`.",
    },
    {
      title: "Add a function that clamps a number",
      body: "Add a function `clamp(value, low, high)` that keeps a value between two bounds, with tests.",
    },
  ],
};
