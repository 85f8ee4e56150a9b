import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { markOf, shellBlocks } from "./block-mark.ts";
import { blockFaults } from "./check-block.ts";
import { clusterObjects } from "./cluster-objects.ts";
import { deadLinks } from "./dead-links.ts";
import { documentation, root } from "./documentation.ts";
import { knownNames } from "./known-names.ts";
import { unknownLogLines, unknownNames } from "./unknown-names.ts";

const pages = documentation();
const known = knownNames();
const exists = (path: string) => existsSync(join(root, path));
/** Pages that tell of what was, or of others' programs; names in them need not be there now. */
const ofThePast = /^(?:docs\/decisions\/|CHANGELOG\.md$|crds\/)/;

test("no relative link is dead, and no anchor", () => {
  expect(pages.length).toBeGreaterThan(30);
  expect(pages.flatMap(({ links }) => links).length).toBeGreaterThan(60);
  expect(deadLinks(pages, { exists })).toEqual([]);
});

test("every page of docs/ can be found from their index", () => {
  const linked = pages.find(({ path }) => path === "docs/README.md")?.links.map(({ text }) => `docs/${text}`) ?? [];
  const top = pages.map(({ path }) => path).filter((path) => /^docs\/[^/]+\.md$/.test(path));
  expect(top.filter((path) => path !== "docs/README.md" && !linked.includes(path))).toEqual([]);
});

test("pages that programs speak of are there, with the headings that they name", () => {
  // What comments speak of may be another repository's.
  const told = known.sources.map((text) => text.replaceAll(/^\s*(?:\*|\/\/).*$/gm, ""));
  const named = new Set(told.flatMap((text) => text.match(/\bdocs\/[a-z][\w-]*\.md(?:#[a-z0-9-]+)?/g) ?? []));
  expect(named.size).toBeGreaterThan(5);
  const links = [...named].map((text) => ({ text, line: 0 }));
  const programs = { path: "sources", anchors: new Set<string>(), links, codes: [], blocks: [] };
  expect(deadLinks([...pages, programs], { exists })).toEqual([]);
});

test("every block for a shell is run by a test, or says why it is not, and names only what is there", () => {
  const cluster = clusterObjects();
  const faults = pages.flatMap((page) =>
    shellBlocks(page).flatMap((block) =>
      blockFaults(block, cluster).map((fault) => `${page.path}:${block.line}: ${fault}`),
    ),
  );
  expect(faults).toEqual([]);
});

test("every mark belongs to a block of commands, and no two have one id", () => {
  const marked = pages.flatMap(({ path, blocks }) => blocks.map((block) => ({ path, block })));
  const ids = marked.flatMap(({ block }) => {
    const mark = block.comment?.startsWith("run in") ? markOf(block) : undefined;
    return mark?.kind === "run in" ? [mark.id] : [];
  });
  expect(ids).toEqual([...new Set(ids)]);
});

test("names in prose are names of something", () => {
  const faults = pages.filter(({ path }) => !ofThePast.test(path)).flatMap((page) => unknownNames(page, known, exists));
  expect(faults).toEqual([]);
});

test.each(["alerts", "doctor", "github-app", "installation", "troubleshooting"])(
  "what docs/%s.md quotes of programs is written by one",
  (name) => {
    const [page] = pages.filter(({ path }) => path === `docs/${name}.md`);
    expect(page?.codes.length).toBeGreaterThan(10);
    expect(page && unknownLogLines(page, known)).toEqual([]);
  },
);
