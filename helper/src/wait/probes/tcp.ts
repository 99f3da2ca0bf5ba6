// tcp://host:port is ready when something accepts a connection at one of the host's addresses.
// Nothing is sent: whether the server behind it can serve is not known by that.
import type { WaitOptions } from '../../contract/wait-options.ts';
import type { Network } from '../../network/network.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Probe } from '../probe.ts';
import { hold } from './hold.ts';

export function createTcpProbe(
  target: { readonly host: string; readonly port: number },
  { holdMs }: Pick<WaitOptions, 'holdMs'>,
  network: Network,
  clock: Clock,
): Probe {
  return {
    check: async ({ signal, onPhase }) =>
      hold(await network.connect(target.host, target.port, signal, onPhase), holdMs, clock, signal),
  };
}
