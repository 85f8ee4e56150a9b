export interface PlatformOptions {
  /** The project's, outside the checkout. */
  cache: string;
  env: NodeJS.ProcessEnv;
  /** @default 10.254.0.1 */
  nodeAddress?: string;
  report(line: string): void;
  signal: AbortSignal;
}
