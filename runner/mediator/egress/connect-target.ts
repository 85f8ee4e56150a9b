/**
 * What a CONNECT request asks for, in authority form (`host:port`) alone: the host in lower case and without a dot at its
 * end. Undefined for every other form. Pure.
 */
export function connectTarget(text: string): { host: string; port: number } | undefined {
  const [, host = "", port] = /^([A-Za-z0-9.-]{1,254}):([1-9][0-9]{0,4})$/.exec(text) ?? [];
  if (port === undefined || Number(port) > 65_535) return undefined;
  return { host: host.toLowerCase().replace(/\.$/, ""), port: Number(port) };
}
