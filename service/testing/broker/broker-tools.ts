import type { Tool } from "../tools.ts";

const install = "apt-get install -y default-jre-headless maven openssl";

/** What certificates are made with. */
export const openssl: Tool = { command: "openssl", arguments: ["version"], install };

/** What a real broker is made and run with. */
export const brokerTools: readonly Tool[] = [
  { command: "java", arguments: ["-version"], install },
  { command: "mvn", arguments: ["-version"], install },
  openssl,
];

/** In place of a disk of its own that fills up. */
export const smallDisk: Tool = {
  name: "a small disk",
  command: "sh",
  arguments: ["-c", "d=$(mktemp -d) && mount -t tmpfs -o size=1m tmpfs $d && umount $d && rmdir $d"],
  install: "run as root, who may mount one",
};
