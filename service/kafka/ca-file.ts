import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";

/** @throws Error when there is no certificate in the file, naming the setting */
export function readCaFile(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new Error(`KAFKA_CA_FILE: cannot read ${path}: mount the cluster's CA there`, { cause: error });
  }
  try {
    new X509Certificate(text);
  } catch (error) {
    throw new Error(`KAFKA_CA_FILE: ${path} holds no certificate in PEM form: take the cluster's CA`, { cause: error });
  }
  return text;
}
