/** As tables show them. */
export const subjectNames = {
  froussard: "froussard serve",
  ownServer: "same server, HMAC and parsing only",
  floor: "bare server, HMAC and parsing only",
  library: "library alone",
  publisher: "publisher alone",
  eventSource: "Argo Events EventSource",
} as const;
