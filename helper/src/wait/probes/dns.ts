// dns://name is ready when the name has the records asked for; by default an address, by /etc/hosts or a name server.
// The name of a Service with a cluster IP has one long before anything answers there.
import type { WaitOptions } from '../../contract/wait-options.ts';
import { isAddress } from '../../core/address.ts';
import { Failure } from '../../core/failure.ts';
import type { Network } from '../../network/network.ts';
import { reverseName } from '../../network/reverse-name.ts';
import { type Ask, type Probe, ready } from '../probe.ts';

type DnsOptions = Pick<WaitOptions, 'record' | 'minRecords' | 'wantedRecords'>;

export function createDnsProbe(target: { readonly name: string }, options: DnsOptions, network: Network): Probe {
  const { record, minRecords, wantedRecords } = options;
  const name = isAddress(target.name) ? reverseName(target.name) : target.name;
  const ask = async ({ signal, onPhase }: Ask): Promise<readonly string[]> => {
    if (record !== 'address') return (await network.query(name, record, signal, onPhase)).records;
    // the pod's own line in /etc/hosts is there from the start, and says nothing of a Service of that name
    const files = network.ownNames().has(name.toLowerCase()) ? 'name-servers' : 'hosts-first';
    return (await network.resolve(name, signal, onPhase, files)).map(({ address }) => address);
  };
  return {
    async check(asked) {
      const records = await ask(asked);
      const found = new Set(records.map(plain));
      const missing = wantedRecords.filter((wanted) => !found.has(plain(wanted)));
      if (missing.length > 0) {
        return notReady(`has no record ${missing.map((wanted) => JSON.stringify(wanted)).join(', ')} yet`, records);
      }
      if (records.length < minRecords) return notReady(`fewer than ${minRecords} records yet`, records);
      return ready;
    },
  };
}

// as many as fit into a line
const shownRecords = 3;

function notReady(what: string, records: readonly string[]) {
  const shown = records.slice(0, shownRecords).join(', ');
  const others = records.length > shownRecords ? ' and more' : '';
  const cause = new Failure('UNEXPECTED_ANSWER', `${what}: it has ${records.length} (${shown}${others})`);
  return { kind: 'not-ready', cause } as const;
}

/** Names are the same with and without their final dot, and in either case (RFC 4343). */
function plain(record: string): string {
  return record.toLowerCase().replace(/\.$/, '');
}
