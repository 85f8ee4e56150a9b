import { describe, expect, test } from "vitest";
import { markOf } from "./block-mark.ts";
import { blockFaults } from "./check-block.ts";
import { clusterObjects } from "./cluster-objects.ts";
import { deadLinks } from "./dead-links.ts";
import { documentedCommands } from "./documented-commands.ts";
import { knownNames } from "./known-names.ts";
import { readPage } from "./page.ts";
import { readScript, unknown } from "./shell-commands.ts";
import { unknownLogLines, unknownNames } from "./unknown-names.ts";

/** The checks themselves: each finds what it is for. */
const cluster = clusterObjects();
const known = knownNames();
const faultsOf = (text: string, comment?: string) =>
  blockFaults({ language: "sh", text, line: 1, ...(comment !== undefined && { comment }) }, cluster);
const inCluster = "run in: cluster, id: x";

test("links that lead nowhere are found, also in HTML, images and definitions", () => {
  const page = readPage(
    "docs/a.md",
    '# One `two`\n\n# One `two`\n\n[a](b.md#one) [b](#one-two-1) [c](#nowhere) ![d](d.png) <img src="e.png">\n\n[f]: f.md\n\n[g](/g) [h](../../h) [i](https://example.org/i)',
  );
  const other = readPage("docs/b.md", "# One");
  expect(deadLinks([page, other], { exists: (path) => ["docs/a.md", "docs/b.md"].includes(path) })).toEqual([
    "docs/a.md:5: #nowhere leads to a heading that docs/a.md does not have; it has #one-two #one-two-1",
    "docs/a.md:5: d.png leads to docs/d.png, which is not there",
    "docs/a.md:5: e.png leads to docs/e.png, which is not there",
    "docs/a.md:7: f.md leads to docs/f.md, which is not there",
    "docs/a.md:9: /g begins at the server's root: write it from the page's own folder",
    "docs/a.md:9: ../../h leads out of the repository",
  ]);
});

describe("blocks for a shell", () => {
  test.each([
    ["a program that a clean copy has not", "kubectl version", undefined, "a clean copy has no kubectl"],
    ["a variable that nobody sets", 'echo "$WORKFLOW"', undefined, "a clean copy has no $WORKFLOW"],
    ["a placeholder that redirects", "npm run <name>", "not run: x", "bash does not understand it"],
    ["an open quote", 'echo "a', "not run: x", "bash does not understand it"],
    ["a mark that is misspelt", "ls", "runs in: cluster, id: x", "is none of"],
    ["a place that is none", "ls", "run in: space, id: x", "is none of"],
    ["a reason that names no test", "ls", "not run: see local/x.e2e.test.ts", "names local/x.e2e.test.ts"],
    ["a script of ours that is gone", "scripts/argo-lnt.sh", "not run: x", "there is no scripts/argo-lnt.sh"],
    ["a namespace", "kubectl get pod -n frousard", inCluster, "there is no namespace frousard"],
    [
      "a Deployment",
      "kubectl logs deployment/froussard -n froussard",
      inCluster,
      "there is no Deployment froussard/froussard",
    ],
    [
      "an object in another namespace",
      "kubectl get secret codex-openai -n froussard",
      inCluster,
      "there is no Secret froussard/codex-openai",
    ],
    [
      "one of several Secrets",
      "kubectl get secret github-token github-tken -n froussard",
      inCluster,
      "Secret froussard/github-tken",
    ],
    [
      "a Secret that a command makes",
      "kubectl create secret generic codex-openapi -n argo-workflows",
      inCluster,
      "Secret argo-workflows/codex-openapi",
    ],
    [
      "a label",
      "kubectl get pod -l sensor-name=codex -n argo-workflows",
      inCluster,
      "nothing has the label sensor-name=codex",
    ],
    [
      "a parameter",
      "argo submit --from workflowtemplate/github-codex-task -p issue=1",
      inCluster,
      "no parameter issue",
    ],
    ["a template", "argo submit --from workflowtemplate/codex", inCluster, "there is no workflowtemplate/codex"],
    ["a topic", "kafka-console-consumer.sh --topic github.tasks", inCluster, "there is no topic github.tasks"],
    [
      "reading in the EventSource's group",
      "bin/kafka-console-consumer.sh --group argo-workflows-codex",
      inCluster,
      "takes tasks away",
    ],
    ["a command within another", "echo $(kubectl get pod -n x)", inCluster, "there is no namespace x"],
  ])("%s is found", (_, text, comment, fault) => {
    expect(faultsOf(text, comment)).toEqual([expect.stringContaining(fault)]);
  });

  test("what is right, or only the shell knows, passes", () => {
    expect(faultsOf("npm run synth && git status --short dist")).toEqual([]);
    expect(faultsOf('kubectl get secret github-token -n "$namespace"', inCluster)).toEqual([]);
    expect(faultsOf('kubectl exec -it kafka-cli -n kafka -- bash\nargo get "$W" -n argo-workflows', inCluster)).toEqual(
      [],
    );
    expect(faultsOf("kubectl get service,endpoints kubernetes -n default", inCluster)).toEqual([]);
  });

  test("a script is taken apart as bash does it", () => {
    const script = `for n in a b; do argo get "$n" -p k="v w"; done\nold=$(cat f) && use "$old" <(printf '%s' "$MORE")`;
    expect(readScript(script)).toEqual({
      commands: [
        { program: "argo", arguments: ["get", unknown, "-p", "k=v w"] },
        { program: "cat", arguments: ["f"] },
        { program: "use", arguments: [unknown, unknown] },
        { program: "printf", arguments: ["%s", unknown] },
      ],
      needs: ["MORE"],
      faults: [],
    });
  });

  test("a mark is the comment right before the block, in lists too", () => {
    const page = readPage(
      "x.md",
      "<!-- run in: broker, id: a-b -->\n\n```sh\nuse $X\n```\n\n- <!-- not run: so\n  it is -->\n\n  ```sh\n  ls\n  ```\n\n```sh\ncd\n```\n",
    );
    expect(page.blocks.map((block) => markOf(block))).toEqual([
      { kind: "run in", place: "broker", id: "a-b" },
      { kind: "not run", reason: "so\nit is" },
      { kind: "run" },
    ]);
    expect(documentedCommands("broker", undefined, [page])).toEqual([
      { id: "a-b", at: "x.md:3", script: "use $X", needs: ["X"] },
    ]);
    expect(documentedCommands("cluster", undefined, [page])).toEqual([]);
  });
});

test("names of nothing are found, and those of something pass", () => {
  const names = (text: string) =>
    unknownNames(readPage("x.md", text), known, (path) => path === "infra" || path === "infra/app.ts");
  const wrong = [
    "GITHUB_TOKN",
    "froussard_webhook_total",
    "runs.concurency",
    "codex:plannig",
    "npm run sinth",
    "infra/ap.ts",
  ];
  expect(names(wrong.map((each) => `\`${each}\``).join(" "))).toHaveLength(wrong.length);
  const right = [
    "GITHUB_TOKEN",
    "froussard_webhooks_total",
    "froussard_publish_duration_seconds_bucket",
    "runs.concurrency",
    "github.codex.tasks",
    "codex:planning",
    "npm run synth",
    "infra/app.ts",
    "ingress.parentRefs[]",
  ];
  expect(names(right.map((each) => `\`${each}\``).join(" "))).toEqual([]);
  expect(names("`NEW_TOKEN`\n\n```sh\nuse $NEW_TOKEN\n```")).toEqual([]);
});

test("a log line that no program writes is found", () => {
  const lines =
    "`delivery refused by us` `kafka takes records again` `there is no repository … as far as the token may see: …`";
  expect(unknownLogLines(readPage("x.md", lines), known)).toEqual([
    "x.md:1: `delivery refused by us` is written by no source",
  ]);
});
