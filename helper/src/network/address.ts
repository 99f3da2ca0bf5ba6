// An IP address with its family, and how addresses are written with a port.

export interface Address {
  /** As text; IPv6 without brackets, with its zone if it has one. */
  readonly address: string;
  readonly family: 4 | 6;
}

/** `10.96.0.7:80`, or with brackets `[fd00::7]:80` (RFC 3986 §3.2.2). */
export function formatEndpoint(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
