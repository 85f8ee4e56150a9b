import { secrets } from "@froussard/contract";
import * as z from "zod";
import { field } from "./field.ts";

const called = (use: keyof typeof secrets, holds: string) =>
  field.name("the name of a Secret").default(secrets[use].name).meta({ description: holds });

/** What the Secrets are called; their keys are the contract's. */
export const secretNames = z.strictObject({
  webhook: called("webhook", "What GitHub signs webhooks with"),
  githubToken: called("githubToken", "The automation account's token"),
  githubApp: called("githubApp", "The App in its place, when `github.credential` is `app`"),
  openai: called("openai", "The model provider's key"),
  serviceKafka: called("serviceKafka", "How the service signs in to Kafka"),
  consumerKafka: called("consumerKafka", "How the EventSource signs in to Kafka"),
  serviceKafkaPassword: called("serviceKafkaPassword", "Where the service's KafkaUser takes its password from"),
  consumerKafkaPassword: called("consumerKafkaPassword", "Where the EventSource's KafkaUser takes its password from"),
  deadLetters: called("deadLetters", "What the Sensor shows with dead letters, when `service.deadLetterToken` is on"),
});
