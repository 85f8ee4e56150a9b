import { pbkdf2Sync, randomBytes } from "node:crypto";
import { type alterUserScramCredentialsV0, ScramMechanisms } from "@platformatic/kafka";

type Upsertion = alterUserScramCredentialsV0.AlterUserScramCredentialsRequestUpsertions;

/** As many as Kafka's own tool takes. */
const iterations = 4096;

/** What Kafka stores in place of a password (RFC 5802, with SHA-512): it never hears the password itself. */
export function scramCredential(name: string, password: string, salt = randomBytes(32)): Upsertion {
  return {
    ...{ name, mechanism: ScramMechanisms.SCRAM_SHA_512, iterations, salt },
    saltedPassword: pbkdf2Sync(password.normalize("NFKC"), salt, iterations, 64, "sha512"),
  };
}
