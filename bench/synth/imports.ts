// What the synth beside this file loads, and nothing else.
import "../../infra/settings.ts";
import "../../infra/synthesize.ts";
