import { join } from "node:path";
import { exec, patch, scriptOf } from "@froussard/simulators/model/script";
import { describe, expect, test } from "vitest";
import { inBubble } from "../sandbox/bubble.ts";
import { runInBubble, testBearer, workOf } from "./testing/run-in-bubble.ts";

const report = JSON.stringify({ title: "Greet", summary: "Greets.", tests: [] });
const text = (content: string) => Buffer.from(content).toString("base64");

describe.skipIf(process.platform !== "linux")("the agent in its bubble, with the real Codex", () => {
  test("plans: reads, and hands the answer over", async () => {
    const plan = { summary: "Say more", steps: [], files: [], commands: [], risks: [], tests: [], openQuestions: [] };
    const run = await runInBubble({
      task: workOf("planning"),
      repository: { "README.md": "a canary sings\n" },
      script: () =>
        scriptOf(function* () {
          const { stdout } = yield exec("cat README.md; touch new.txt 2> /dev/null || echo cannot write");
          return JSON.stringify({ ...plan, summary: stdout });
        }),
    });
    expect(run.result, run.log).toMatchObject({
      kind: "plan",
      plan: { summary: "a canary sings\ncannot write\n" },
      usage: { input_tokens: expect.any(Number) },
    });
    expect(run.exitCode).toBe(0);
    expect(run.progress).toContainEqual({ activity: "reading", todo: [] });
    expect(run.bearers).toEqual([`Bearer ${testBearer}`]);
  });

  test.each(["gpt-6.1-sol", "gpt-5.5"])("implements with %s: hands over exactly what changed", async (model) => {
    const run = await runInBubble({
      task: workOf("implementation", { model }),
      repository: { "README.md": "teh\n", "old.txt": "old\n", "same.txt": "same\n", ".gitignore": "build/\n" },
      script: () =>
        scriptOf(function* () {
          yield patch("*** Begin Patch\n*** Update File: README.md\n@@\n-teh\n+the\n*** End Patch\n");
          yield exec("rm old.txt; mkdir -p bin build; echo hi > bin/run; chmod +x bin/run; echo no > build/ignored");
          return report;
        }),
    });
    expect(run.result, run.log).toMatchObject({
      kind: "changes",
      report: JSON.parse(report),
      changes: [
        { path: "README.md", mode: "100644", content: text("the\n") },
        { path: "bin/run", mode: "100755", content: text("hi\n") },
        { path: "old.txt", deleted: true },
      ],
    });
  });

  test.each([
    ["the bubble as it is", [], /^greetings\ngreetings\n$/],
    ["an /etc/profile that sets PATH, as a pod's image has it", ["/etc/profile"], /^greetings\n.*not found\nlost\n$/],
  ])("a program in a readable path is found: %s", async (_, more, expected) => {
    let output = "";
    const run = await runInBubble({
      task: workOf("planning"),
      repository: { "README.md": "read me\n" },
      files: { "toolchain/bin/greet": "#!/bin/sh\necho greetings\n" },
      readable: ["toolchain", ...more],
      script: () =>
        scriptOf(function* () {
          output = (yield exec("(greet; bash -lc greet || echo lost) 2>&1")).stdout;
          return "{}";
        }),
    });
    expect(output, run.log).toMatch(expected);
  });

  test("the model's todo list is told as progress", async () => {
    const run = await runInBubble({
      task: workOf("planning"),
      repository: { "README.md": "read me\n" },
      script: () =>
        scriptOf(function* () {
          const steps = [
            { step: "read it", status: "completed" },
            { step: "write it", status: "in_progress" },
          ] as const;
          yield { kind: "todo", steps };
          yield exec("cat README.md");
          return "{}";
        }),
    });
    expect(run.progress, run.log).toContainEqual({
      activity: expect.any(String),
      todo: [
        { text: "read it", done: true },
        { text: "write it", done: false },
      ],
    });
  });

  test("policy pod: commands run without Codex's own sandbox", async () => {
    const run = await runInBubble({
      task: workOf("implementation", { sandbox: "pod" }),
      repository: { "README.md": "read me\n" },
      script: () =>
        scriptOf(function* () {
          // Here the agent can commit; its commits count as changes all the same.
          yield exec("echo hi > a; git add -A; git -c user.name=a -c user.email=a@b commit -qm x; mv .git /tmp/gone");
          return report;
        }),
    });
    expect(run.result, run.log).toMatchObject({
      kind: "changes",
      changes: [{ path: "a", mode: "100644", content: text("hi\n") }],
    });
  });

  test.each([[true], [undefined]] as const)(
    "policy pod: commands have a proxy when the task says so: %s",
    async (egress) => {
      // A command that speaks through whatever proxy it finds, as curl does; TLS would follow.
      const ask = [
        "const proxy = process.env.https_proxy && new URL(process.env.https_proxy);",
        'if (!proxy) throw "no proxy";',
        'const socket = require("net").connect(proxy.port, proxy.hostname);',
        'socket.write("CONNECT packages.example.test:443 HTTP/1.1\\r\\nhost: packages.example.test\\r\\n\\r\\n");',
        'socket.once("data", () => socket.end("world")).on("data", (data) => console.log(String(data)));',
      ].join("");
      let outputs: string[] = [];
      const run = await runInBubble({
        task: { ...workOf("implementation", { sandbox: "pod" }), ...(egress && { egress }) },
        repository: { "README.md": "read me\n" },
        script: () =>
          scriptOf(function* () {
            const seen: string[] = [];
            seen.push((yield exec("env | grep -i proxy | sort; echo end")).stdout);
            seen.push((yield exec(`node -e '${ask}' 2>&1`)).stdout);
            seen.push(
              (yield exec("tr '\\0' '\\n' < /proc/$PPID/environ | grep -i -e proxy -e bearer; echo end")).stdout,
            );
            outputs = seen;
            return report;
          }),
      });
      const [environment = "", said = "", codexs = ""] = outputs;
      const names = [...environment.matchAll(/^(\w+)=(\S+)$/gm)].map(([, name]) => name);
      expect(new Set(names), run.log).toEqual(
        new Set(egress ? ["HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"] : []),
      );
      expect(said).toMatch(egress ? /hello\s+world/ : /no proxy/);
      expect(run.tunnels).toEqual(
        egress ? [{ target: "packages.example.test:443", authorization: `Bearer ${testBearer}` }] : [],
      );
      // Codex itself has no proxy: its requests to the model went to the forwarder.
      expect(codexs).toMatch(/^end$/m);
      expect(codexs).not.toMatch(/proxy/i);
      expect([...outputs, ...run.modelRequests].join("\n")).not.toContain(testBearer);
      expect(run.result, run.log).toMatchObject({ kind: "changes", changes: [] });
    },
  );

  test("a hostile model finds no secret, no user's file, no network and no mediator", async () => {
    const files = {
      "home/.codex/auth.json": "canary-codex-auth",
      "home/.git-credentials": "https://canary-git-credentials@example.org",
      "home/.config/gh/hosts.yml": "canary-gh",
      "state/record.json": "canary-record",
    };
    const connect = (target: string) =>
      `node -e 'require("net").connect(${target}).on("connect",()=>require("fs").writeSync(1,"rea"+"ched\\n")).on("error",e=>require("fs").writeSync(1,"refused "+e.code+"\\n"))'`;
    const commands = (folder: string): [command: string, output: RegExp][] => [
      ["env", /CODEX_SANDBOX_NETWORK_DISABLED=1/],
      ["cat /proc/*/environ 2>&1 | tr '\\0' '\\n' | sort -u", /CODEX_CI=1/],
      ["cat /proc/*/cmdline 2>/dev/null | tr '\\0' ' '", /cat/],
      ["ls -lA ~ /root /home 2>&1", /total 0/],
      ["cat ~/.codex/* ~/.git-credentials ~/.config/gh/* 2>&1", /No such file/],
      [
        `cat ${Object.keys(files)
          .map((file) => join(folder, file))
          .join(" ")} 2>&1`,
        /No such file/,
      ],
      [`ls ${folder} ${process.cwd()} 2>&1`, /No such file/],
      ["git config --list --show-origin; git remote -v; echo end", /^((?!credential|remote|\/etc).)*end/s],
      [`ls -A ${inBubble.code} ${inBubble.code}/runner`, /^((?!\.git|\.env).)*$/s],
      ["cat /proc/net/dev; echo end", /^((?!eth|ens|enp|wlan).)*end/s],
      [connect(`{path:"${inBubble.socket}"}`), /refused E(PERM|ACCES)/],
      [connect('{host:"192.0.2.1",port:80}'), /refused E(PERM|ACCES)/],
      [
        `curl -sS -m 2 --unix-socket ${inBubble.socket} -H 'Authorization: Bearer x' http://localhost/task 2>&1; echo end`,
        /(Couldn't connect|Failed to connect|Operation not permitted).*end/s,
      ],
      [`touch ${inBubble.codexHome}/x ${inBubble.home}/x ${inBubble.code}/x .git/x 2>&1`, /(Read-only.*){4}/s],
    ];
    let outputs: string[] = [];
    let folderOfRun = "";
    process.env["CANARY_ENVIRONMENT"] = "canary-environment";
    const run = await runInBubble({
      task: workOf("implementation"),
      repository: { "README.md": "read me\n" },
      files,
      script: (folder) => {
        folderOfRun = folder;
        return scriptOf(function* () {
          const seen: string[] = [];
          for (const [command] of commands(folder)) seen.push((yield exec(command)).stdout);
          outputs = seen;
          return report;
        });
      },
    });
    delete process.env["CANARY_ENVIRONMENT"];
    expect(run.result, run.log).toMatchObject({ kind: "changes", changes: [] });
    // Each command really ran, and saw what it may see.
    for (const [index, [command, output]] of commands(folderOfRun).entries())
      expect(outputs[index], command).toMatch(output);
    const everything = [...run.modelRequests, JSON.stringify(run.result), ...outputs].join("\n");
    const canaries = [...Object.values(files), "canary-environment", testBearer];
    expect(canaries.filter((canary) => everything.includes(canary))).toEqual([]);
    expect(outputs.join("\n")).not.toContain("reached");
    expect(run.log).not.toMatch(/canary/);
  });
});
