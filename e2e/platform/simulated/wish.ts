/** An issue about the sample project which the simulated model knows how to carry out. */
export const wish = {
  title: "Change the default precision from 2 to 3",
  body: "Please change the default of `--precision` from `2` to `3`, in the code, its tests and the README.",
};
