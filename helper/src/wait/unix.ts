// unix:///path is ready when something accepts a connection at the socket. Nothing is sent.
import { connectUnix } from '../network/connect-unix.ts';
import { type Probe, ready } from './probe.ts';

export function createUnixProbe(target: { readonly path: string }): Probe {
  return {
    async check({ signal }) {
      const socket = await connectUnix(target.path, signal);
      socket.on('error', () => {}).destroy();
      return ready;
    },
  };
}
