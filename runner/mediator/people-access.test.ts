import { expect, test } from "vitest";
import { peopleAccess } from "./people-access.ts";

const person = (login: string, id: number, type = "User") => ({ login, id, type });
const asked = (answers: Record<string, { userId: number; mayWrite: boolean } | undefined>) => {
  const logins: string[] = [];
  const permission = async (_: string, login: string) => {
    logins.push(login);
    return answers[login];
  };
  return { logins, permission };
};

test("each person is asked about once, apps and deleted accounts never", async () => {
  const yes = { userId: 1, mayWrite: true };
  const facts = asked({ ada: yes, "helper[bot]": { userId: 3, mayWrite: false }, eve: { userId: 2, mayWrite: false } });
  const [ada, app, eve] = [person("ada", 1), person("helper[bot]", 3, "Bot"), person("eve", 2)];
  const access = await peopleAccess(facts, "octo/hello", { deciders: [ada], authors: [ada, app, undefined, eve] });
  expect(Object.fromEntries(access)).toEqual({ ada: "write", "helper[bot]": "unknown", eve: "less" });
  expect(facts.logins).toEqual(["ada", "eve"]);
});

test("only who decides has to have write access, as far as it is known", async () => {
  const facts = asked({ ada: { userId: 1, mayWrite: false }, taken: { userId: 9, mayWrite: false } });
  const deciders = [person("taken", 2), person("unknown", 3)];
  await expect(peopleAccess(facts, "octo/hello", { deciders, authors: [person("ada", 1)] })).resolves.toBeDefined();
  await expect(
    peopleAccess(facts, "octo/hello", { deciders: [...deciders, person("ada", 1)], authors: [] }),
  ).rejects.toMatchObject({ code: "not-permitted", detail: "ada has no write access to octo/hello" });
});
