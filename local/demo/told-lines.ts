import { Writable } from "node:stream";
import { startView, type View } from "../view/start-view.ts";

/** Everything that was told, as it would be read without a terminal: for when it goes wrong. */
export function startToldLines(): { view: View; lines(): string[] } {
  let written = "";
  const output = new Writable({
    write(chunk, _, done) {
      written += String(chunk);
      done();
    },
  });
  const view = startView({ output, mode: "plain", verbose: true });
  return { view, lines: () => written.trimEnd().split("\n") };
}
