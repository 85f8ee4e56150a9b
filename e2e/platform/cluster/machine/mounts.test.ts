import { expect, test } from "vitest";
import { mountsBeneath } from "./mounts.ts";

const info = `22 1 254:0 / / rw - ext4 /dev/vda rw
40 22 0:30 / /cache/e2e/node/kubelet rw - ext4 /dev/vda rw
41 40 0:31 / /cache/e2e/node/kubelet/pods/a/volumes/token rw - tmpfs tmpfs rw
42 22 0:32 / /cache/e2e/node2 rw - tmpfs tmpfs rw
43 22 0:33 / /cache/e2e/node/with\\040space rw - overlay overlay rw
`;

test("the latest first, so that nothing is in the way; nothing beside the folder", () => {
  expect(mountsBeneath("/cache/e2e/node", info)).toEqual([
    "/cache/e2e/node/with space",
    "/cache/e2e/node/kubelet/pods/a/volumes/token",
    "/cache/e2e/node/kubelet",
  ]);
});
