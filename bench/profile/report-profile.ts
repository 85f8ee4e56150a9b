import { table } from "../table.ts";
import type { Share, Shares } from "./shares.ts";

const rows = (shares: readonly Share[], count: number) =>
  shares
    .slice(0, count)
    .map(({ name, selfMs, part }) => [
      name.slice(0, 90),
      `${(selfMs * 1000).toFixed(1)}`,
      `${(part * 100).toFixed(1)} %`,
    ]);

export function reportProfile({ owners, files, functions }: Shares): string {
  const part = (title: string, shares: readonly Share[], count: number) =>
    table([title, "µs a delivery", "of all"], rows(shares, count));
  return [part("whose code", owners, 12), part("file", files, 20), part("function", functions, 30)].join("\n\n");
}
