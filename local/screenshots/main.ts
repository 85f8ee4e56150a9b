#!/usr/bin/env node
import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { installBrowserTools } from "../testing/browser.ts";
import { takeScreenshots } from "./take-screenshots.ts";

/** `node scripts/with-toolchain.mjs node local/screenshots/main.ts`: makes the pictures of README anew. */
const folder = join(import.meta.dirname, "..", "..", "docs", "screenshots");
/** A repository is read more often than its pictures. */
const maxBytes = 150_000;

installBrowserTools();
const temporary = await mkdtemp(join(tmpdir(), "froussard-screenshots-"));
try {
  await mkdir(folder, { recursive: true });
  await takeScreenshots(folder, temporary);
  for (const name of await readdir(folder)) {
    const { size } = await stat(join(folder, name));
    console.log(`${name}: ${(size / 1000).toFixed(0)} kB`);
    if (size > maxBytes) {
      console.error(`${name} is larger than ${maxBytes / 1000} kB: show less of the page`);
      process.exitCode = 1;
    }
  }
} finally {
  await rm(temporary, { recursive: true, force: true });
}
