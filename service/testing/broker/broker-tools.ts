import type { Tool } from "../needs-tools.ts";

const install = "apt-get install -y default-jre-headless maven openssl";

/** What a real broker is made and run with. */
export const brokerTools: readonly Tool[] = [
  { command: "java", arguments: ["-version"], install },
  { command: "mvn", arguments: ["-version"], install },
  { command: "openssl", arguments: ["version"], install },
];
