// dns://name is ready when the name has an address, by /etc/hosts or by a name server.
// The name of a Service with a cluster IP has one long before anything answers there.
import type { Network } from '../network/network.ts';
import { type Probe, ready } from './probe.ts';

export function createDnsProbe(target: { readonly name: string }, network: Network): Probe {
  return {
    async check({ signal, onPhase }) {
      await network.resolve(target.name, signal, onPhase);
      return ready;
    },
  };
}
