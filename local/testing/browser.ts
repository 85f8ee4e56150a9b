import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { installPackages } from "froussard/testing/install-packages";
import { missingTool, type Tool } from "froussard/testing/tools";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const packages = ["chromium", "fonts-noto-color-emoji", "fonts-inter", "fonts-dejavu-core"];

/** The system's own browser: nothing is downloaded behind its back. */
export const browserTools: readonly Tool[] = [
  { command: "chromium", arguments: ["--version"], install: `apt-get install -y ${packages.join(" ")}` },
];

export function installBrowserTools(): void {
  if (missingTool(browserTools) !== undefined) installPackages(packages);
}

/** A headless Chromium. `folder` takes a font setting: what the system calls its own font differs from host to host. */
export async function startBrowser(folder: string): Promise<Browser> {
  const fonts = join(folder, "fonts.conf");
  writeFileSync(fonts, fontSetting);
  return await chromium.launch({
    executablePath: "/usr/bin/chromium",
    // Root has no sandbox of Chromium's; nothing but the simulation is opened.
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
    env: { PATH: process.env["PATH"] ?? "", HOME: folder, FONTCONFIG_FILE: fonts },
    timeout: 30_000,
  });
}

const preferred = (family: string, font: string) =>
  `<match><test name="family"><string>${family}</string></test><edit name="family" mode="prepend" binding="strong"><string>${font}</string></edit></match>`;
const fontSetting = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include>
${preferred("system-ui", "Inter")}
${preferred("sans-serif", "Inter")}
${preferred("monospace", "DejaVu Sans Mono")}
</fontconfig>
`;

/** A page that keeps an eye on itself. */
export interface WatchedPage {
  readonly page: Page;
  /** What no page of ours may do: run what it was not given, ask other hosts, raise errors. */
  readonly problems: string[];
  close(): Promise<void>;
}

/** Opens a page of the site at `url` in a context of its own (no cookies); nothing of another site is let through. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ baseURL: url, reducedMotion: "reduce", ...options });
  context.setDefaultTimeout(20_000);
  const problems: string[] = [];
  await context.route(
    (target) => target.origin !== new URL(url).origin,
    async (route) => {
      problems.push(`asked for ${route.request().url()}`);
      await route.abort();
    },
  );
  const page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    dialog.dismiss().catch((error: unknown) => problems.push(String(error)));
  });
  return { page, problems, close: () => context.close() };
}
