/** The address under which a machine in the house is found. */
import { isIPv6 } from 'node:net';

const DEFAULT_PORT = { https: 443, http: 80 };

const hostnameOf = (host: string): string => {
  const address = `http://${host}`;
  return URL.canParse(address) ? new URL(address).hostname.replace(/^\[|\]$/g, '') : '';
};

/**
 * @param host with or without a port, as somebody asked for it, so anything
 * @param names what the machine is called; one of them is used, the first if it isn't the one that was asked for
 */
export function originFor(
  host: string | undefined,
  names: string[],
  port: number,
  scheme: 'https' | 'http' = 'https',
): string {
  const asked = host === undefined ? '' : hostnameOf(host);
  const name = names.includes(asked) ? asked : (names[0] ?? 'localhost');
  const address = isIPv6(name) ? `[${name}]` : name;
  return `${scheme}://${address}${port === DEFAULT_PORT[scheme] ? '' : `:${port}`}`;
}
