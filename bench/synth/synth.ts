import { settings } from "../../infra/settings.ts";
import { synthesize } from "../../infra/synthesize.ts";

/** As infra/main.ts does, into the folder that it is told. */
const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: node bench/synth/synth.ts <folder>");
synthesize(settings, folder);
