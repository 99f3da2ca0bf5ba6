// GREENROOM_CONNECT_TO: connections to one address that go to another, for rehearsals and tests. Pure.
import { isAddress } from '../core/address.ts';
import { Failure } from '../core/failure.ts';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Where a connection really goes. */
export type ConnectTo = (address: string, port: number) => Endpoint;

const rulePattern = /^(\[[^\]]+\]|[^:[\]=]+):(\d+|\*)=(\[[^\]]+\]|[^:[\]=]+):(\d+)$/;

/**
 * Reads rules such as `10.96.0.7:80=127.0.0.1:41234 [fd00::7]:*=[::1]:9`, divided by white space;
 * `*` is any port, and the first rule that fits counts. Both sides are addresses: names are resolved before.
 * @throws Failure USAGE, naming the rule
 */
export function parseConnectTo(text: string, variable: string): ConnectTo {
  const rules = text
    .split(/\s+/)
    .filter((rule) => rule !== '')
    .map((rule) => {
      const [, fromHost = '', fromPort = '', toHost = '', toPort = ''] = rulePattern.exec(rule) ?? [];
      const from = fromHost.replace(/^\[|\]$/g, '');
      const to = toHost.replace(/^\[|\]$/g, '');
      if (!isAddress(from) || !isAddress(to) || Number(toPort) > 65_535) {
        throw new Failure(
          'USAGE',
          `${variable}: ${JSON.stringify(rule)} is not of the form ADDRESS:PORT=ADDRESS:PORT, such as 10.96.0.7:80=127.0.0.1:8080`,
        );
      }
      return { from, fromPort, to: { host: to, port: Number(toPort) } };
    });
  return (address, port) =>
    rules.find((rule) => rule.from === address && (rule.fromPort === '*' || rule.fromPort === String(port)))?.to ?? {
      host: address,
      port,
    };
}
