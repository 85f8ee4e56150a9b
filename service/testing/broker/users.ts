import { kafkaUsers } from "@froussard/contract";

/** Who may sign in to the broker, and by which password; formatted into its first metadata. */
export const users = {
  /** Super user: tests look and change things as this one. */
  admin: { username: "admin", password: "admin-password" },
  service: { username: kafkaUsers.service, password: "froussard-password" },
  consumer: { username: kafkaUsers.consumer, password: "codex-consumer-password" },
  /** Signs in, and may do nothing. */
  stranger: { username: "stranger", password: "stranger-password" },
} as const;

export interface User {
  username: string;
  password: string;
}
