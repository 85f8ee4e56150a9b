import type { SettingsInput } from "./settings/schema.ts";

/**
 * What is deployed: the one file to change for another account, repository or cluster; then `npm run synth`.
 * Everything that is left out has its default; docs/settings.md tells them all.
 */
export const settings: SettingsInput = {
  approvers: ["gregkonush"],
  repositories: ["gregkonush/lab"],
  kafka: { cluster: "kafka" },
  runs: {
    // Service and endpoints of the API server: kubectl get service,endpoints kubernetes -n default
    apiServerCidrs: ["10.96.0.1/32"],
  },
  // Needs the Prometheus operator's kinds, and Grafana's sidecar for the dashboard; without them take this out.
  monitoring: { serviceMonitor: true, alerts: true, dashboard: { enabled: true } },
  argoCd: { repoUrl: "https://github.com/gregkonush/lab.git" },
};
