import { expect, test } from "vitest";
import { apparmorProfile, diagnoseBubble, type KernelSettings, tellObstacle } from "./check-bubble.ts";

const denied = "bwrap: setting up uid map: Permission denied";

test.each<[string, string, Partial<KernelSettings>, string]>([
  ["another system", "spawn bwrap ENOENT", { platform: "darwin" }, "it needs Linux"],
  ["no user namespaces", denied, { maxUserNamespaces: "0" }, "sudo sysctl -w user.max_user_namespaces=15000"],
  ["Debian's switch", denied, { unprivilegedUserNamespaces: "0" }, "sudo sysctl -w kernel.unprivileged_userns_clone=1"],
  [
    "AppArmor",
    denied,
    { apparmorRestrictsUserNamespaces: "1" },
    "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
  ],
  [
    "a container",
    "bwrap: No permissions to create new namespace",
    { maxUserNamespaces: "1000" },
    "--security-opt seccomp=unconfined",
  ],
  ["anything else", "bwrap: Can't mkdir /x", { apparmorRestrictsUserNamespaces: "1" }, "check that bubblewrap runs"],
])("%s", (_, message, kernel, fix) => {
  const text = tellObstacle(diagnoseBubble(message, { platform: "linux", ...kernel }));
  expect(text).toContain(fix);
  expect(text).toContain(message);
});

test("the profile for AppArmor names the very program", () => {
  expect(diagnoseBubble(denied, { platform: "linux", apparmorRestrictsUserNamespaces: "1" }).apparmor).toBe(true);
  expect(apparmorProfile("/opt/my codex/bwrap")).toContain(
    'profile froussard-bwrap "/opt/my codex/bwrap" flags=(unconfined)',
  );
});
