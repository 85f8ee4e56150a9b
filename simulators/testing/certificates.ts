import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Files in PEM form. */
export interface Certificates {
  /** The authority that clients trust. */
  caFile: string;
  /** Certificate, authority and key in one file, as the broker reads it. */
  keyStore: string;
}

/** A new authority, and a certificate of it for these names (`DNS:…`, `IP:…`), valid from now for `days`. */
export function makeCertificates(folder: string, days = 2, names: readonly string[] = ["DNS:localhost"]): Certificates {
  mkdirSync(folder, { recursive: true });
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: ["ignore", "pipe", "pipe"] });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  openssl(
    "req",
    "-x509",
    ...newKey,
    "-keyout",
    at("ca.key"),
    "-out",
    at("ca.pem"),
    "-days",
    "2",
    "-subj",
    "/CN=test authority",
  );
  openssl("req", ...newKey, "-keyout", at("server.key"), "-out", at("server.csr"), "-subj", "/CN=localhost");
  writeFileSync(at("server.ext"), `subjectAltName=${names.join(",")}\n`);
  const signed = ["-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-CAcreateserial", "-extfile", at("server.ext")];
  openssl("x509", "-req", "-in", at("server.csr"), ...signed, "-days", String(days), "-out", at("server.crt"));
  const keyStore = at("server.pem");
  writeFileSync(
    keyStore,
    ["server.crt", "ca.pem", "server.key"].map((name) => readFileSync(at(name), "utf8")).join(""),
  );
  return { caFile: at("ca.pem"), keyStore };
}
