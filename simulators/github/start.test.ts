import { expect, test } from "vitest";
import { startWorld } from "./testing/world.ts";

test("waitFor sees a change that happens meanwhile, and names what did not come", async () => {
  const { github, repository } = await startWorld();
  const found = github.waitFor("an issue", () => repository.issues.get(1));
  github.as("eve").openIssue(repository, { title: "here" });
  expect((await found).title).toBe("here");
  await expect(github.waitFor("a second issue", () => repository.issues.get(2), 5)).rejects.toThrow(
    "a second issue: not seen within 5 ms",
  );
  await github.close();
});

test("closing works with a request hanging, and two simulators do not meet", async () => {
  const [one, two] = await Promise.all([startWorld(), startWorld()]);
  expect(one.github.url).not.toBe(two.github.url);
  one.github.faults.inject({ hang: true });
  const hanging = fetch(`${one.github.apiUrl}/meta`).then(
    () => "answered",
    () => "cut",
  );
  await two.client("ada").rest.users.getAuthenticated();
  while (one.github.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await Promise.all([one.github.close(), two.github.close()]);
  expect(await hanging).toBe("cut");
});

test("a port in use is named, with what to do", async () => {
  const { github } = await startWorld();
  const port = Number(new URL(github.url).port);
  await expect(startWorld({ port })).rejects.toThrow(`port ${port} of 127.0.0.1 is in use: choose another one`);
  await github.close();
});
