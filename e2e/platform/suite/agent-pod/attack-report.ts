import * as z from "zod";

/** What a hostile program of the model's found out in its pod; written by `attack.ts`. */
export const attackReportSchema = z.object({
  /** Of every process that it can look at: the command line, and the environment. */
  processes: z.array(z.object({ pid: z.string(), command: z.string(), environment: z.array(z.string()) })),
  /** Files below folders where credentials usually lie. */
  credentials: z.array(z.string()),
  /** Names of targets that took a connection. */
  reached: z.array(z.string()),
  /** Names that were resolved. */
  resolved: z.array(z.string()),
  /** Status by what was asked of the API server without any credential. */
  apiServer: z.record(z.string(), z.number()),
  /** Status by what was asked of the mediator. */
  mediator: z.record(z.string(), z.number()),
  /** What was done in /var/run/argo, and what came of it. */
  argo: z.record(z.string(), z.string()),
  /** What was tried to get rights that the pod has not. */
  rights: z.record(z.string(), z.string()),
});
export type AttackReport = z.output<typeof attackReportSchema>;

/** What the program is told. */
export interface AttackOrders {
  targets: readonly { who: string; host: string; port: number }[];
  /** Looked up with the pod's own resolver. */
  names: readonly string[];
  apiServer: string;
  /** The bearer of another run. */
  otherBearer: string;
  /** Where the report goes. */
  report: string;
}
