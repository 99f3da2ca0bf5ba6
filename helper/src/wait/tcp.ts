// tcp://host:port is ready when something accepts a connection at one of the host's addresses.
// Nothing is sent: whether the server behind it can serve is not known by that.
import type { Network } from '../network/network.ts';
import { type Probe, ready } from './probe.ts';

export function createTcpProbe(target: { readonly host: string; readonly port: number }, network: Network): Probe {
  return {
    async check({ signal, onPhase }) {
      const socket = await network.connect(target.host, target.port, signal, onPhase);
      socket.on('error', () => {}).destroy();
      return ready;
    },
  };
}
