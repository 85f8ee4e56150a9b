import { expect, test } from "vitest";
import { type CpuProfile, sharesOf } from "./shares.ts";

const frame = (id: number, functionName: string, url: string) => ({
  id,
  callFrame: { functionName, url, lineNumber: 1 },
});
const profile: CpuProfile = {
  nodes: [
    frame(1, "(idle)", ""),
    frame(2, "publish", "file:///repository/service/main.ts"),
    frame(3, "send", "file:///repository/node_modules/.pnpm/@a+b@1/node_modules/@a/b/dist/index.js"),
    frame(4, "", "node:http"),
    frame(5, "writeBuffer", ""),
  ],
  startTime: 1_000,
  // The first and the last are out of the window.
  samples: [2, 2, 1, 3, 4, 5, 5],
  timeDeltas: [100, 400, 5_000, 200, 200, 200, 9_000],
};

test("time is summed up within a window, by owner, file and function, idle time left out", () => {
  const { owners, files, functions } = sharesOf(profile, { fromUs: 1_200, toUs: 10_000 }, "/repository", 2);
  expect(owners).toEqual([
    { name: "our service/", selfMs: 0.2, part: 0.4 },
    { name: "@a/b", selfMs: 0.1, part: 0.2 },
    { name: "Node.js", selfMs: 0.1, part: 0.2 },
    { name: "native code", selfMs: 0.1, part: 0.2 },
  ]);
  expect(files.map(({ name }) => name)).toEqual(["service/main.ts", "@a/b/dist/index.js", "node:http", "native code"]);
  expect(functions[0]?.name).toBe("publish  service/main.ts");
});
