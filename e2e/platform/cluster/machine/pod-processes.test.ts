import { expect, test } from "vitest";
import { hasPath } from "./pod-processes.ts";

test.each([
  ["/cache/e2e/node/containerd.sock", true],
  ["--kubeconfig=/cache/e2e/node/kubeconfig/admin.json", true],
  ["-conf=/cache/e2e/node", true],
  ["/cache/e2e/node2/x", false],
  ["https://example.org/cache/e2e/node/x", false],
  ["grep /cache/e2e/node/x", false],
])("%s has the node's folder: %s", (word, expected) => {
  expect(hasPath(word, "/cache/e2e/node")).toBe(expected);
});
