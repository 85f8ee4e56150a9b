import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { getCACertificates } from "node:tls";

/**
 * A file with every authority that this process trusts, so that git trusts the same: those that Node.js brings and those of
 * `NODE_EXTRA_CA_CERTS`. Git knows no "besides": a file that it is given stands in place of its own.
 */
export async function writeTrustedAuthorities(folder: string): Promise<string> {
  const file = join(folder, "authorities.pem");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(file, getCACertificates("default").join("\n"));
  return file;
}
