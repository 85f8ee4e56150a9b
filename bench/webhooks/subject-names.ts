/** As tables show them. */
export const subjectNames = {
  froussard: "froussard serve",
  floor: "HMAC and parsing only",
  library: "library alone",
  publisher: "publisher alone",
  eventSource: "Argo Events EventSource",
} as const;
