#!/usr/bin/env node
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { readFolder } from "./git/read-folder.ts";
import { type Settings, settingsProblems, settingsSchema } from "./settings.ts";
import { type GitHubSimulator, startGitHub } from "./start.ts";
import { fullName, type Repository } from "./store/records.ts";

const usage = `usage: node simulators/github/main.ts --settings <file.json>
       node simulators/github/main.ts [--port <n>] --user <login>… --repository <owner>/<name>=<folder>…

Prints one line of JSON with addresses and tokens when it is ready; ends on SIGTERM or SIGINT.`;

async function readSettings(args: readonly string[]): Promise<unknown> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      settings: { type: "string" },
      port: { type: "string" },
      user: { type: "string", multiple: true },
      repository: { type: "string", multiple: true },
    },
  });
  const base = values.settings === undefined ? {} : (JSON.parse(await readFile(values.settings, "utf8")) as object);
  const repositories = values.repository?.map((text) => {
    const [, owner, name, from] = /^([^/=]+)\/([^/=]+)(?:=(.+))?$/.exec(text) ?? [];
    return { owner, name, ...(from ? { from } : {}) };
  });
  return {
    ...base,
    ...(values.port === undefined ? {} : { port: Number(values.port) }),
    ...(values.user === undefined ? {} : { users: values.user.map((login) => ({ login })) }),
    ...(repositories === undefined ? {} : { repositories }),
  };
}

async function populate(github: GitHubSimulator, settings: Settings): Promise<object> {
  const users = settings.users.map(({ permissions, login, type, id }) => {
    const user = github.addUser({ login, ...(type ? { type } : {}), ...(id ? { id } : {}) });
    return { login, id: user.id, token: github.token(login, permissions ? { permissions } : {}) };
  });
  const repositories: Repository[] = [];
  for (const { from, webhooks, ...wanted } of settings.repositories) {
    const files = from === undefined ? {} : { files: await readFolder(from) };
    const given = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
    const repository = await github.addRepository({ ...(given as { owner: string; name: string }), ...files });
    for (const { url, events, secret } of webhooks ?? []) {
      github.addWebhook(repository, { url, events, ...(secret === undefined ? {} : { secret }) });
    }
    repositories.push(repository);
  }
  return {
    url: github.url,
    apiUrl: github.apiUrl,
    users,
    repositories: repositories.map((repository) => ({
      id: repository.id,
      fullName: fullName(repository),
      cloneUrl: `${github.url}/${fullName(repository)}.git`,
    })),
  };
}

async function main(args: readonly string[]): Promise<number> {
  const raw = await readSettings(args);
  const problems = settingsProblems(raw);
  if (problems.length > 0) {
    process.stderr.write(`${problems.join("\n")}\n\n${usage}\n`);
    return 2;
  }
  const settings = settingsSchema.parse(raw);
  const { port, folder } = settings;
  const github = await startGitHub({ ...(port ? { port } : {}), ...(folder ? { folder } : {}) });
  const ended = Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]);
  process.stdout.write(`${JSON.stringify(await populate(github, settings))}\n`);
  await ended;
  await github.close();
  return 0;
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}\n`);
  return 2;
});
