/**
 * For Node.js in each of the runner's own processes. They wait more than they compute, and with 5,000 files the mediator holds
 * 30 MB less when what lives shortly is collected early. Mebibytes.
 */
export const nodeOptions = ["--max-semi-space-size=1"] as const;
