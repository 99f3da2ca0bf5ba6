// unix:///path is ready when something accepts a connection at the socket. Nothing is sent.
import type { WaitOptions } from '../../contract/wait-options.ts';
import { connectUnix } from '../../network/connect-unix.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Probe } from '../probe.ts';
import { hold } from './hold.ts';

export function createUnixProbe(
  target: { readonly path: string },
  { holdMs }: Pick<WaitOptions, 'holdMs'>,
  clock: Clock,
): Probe {
  return {
    check: async ({ signal }) => hold(await connectUnix(target.path, signal), holdMs, clock, signal),
  };
}
