// A port on loopback that takes the part of a Service's endpoints: refuses until its time, then accepts, and passes
// on what has a place to go to.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Address } from './service-flag.ts';

export interface StandInPort {
  readonly port: number;
  /** Accepts connections from now on. */
  open(): Promise<void>;
  close(): Promise<void>;
}

/** Reserves a port; until `open` it refuses. */
export async function reservePort(backend: Address | undefined): Promise<StandInPort> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
  };
  const server = createServer((socket) => {
    keep(socket);
    if (backend === undefined) {
      // it accepts, and has nothing to say to whoever asks for more
      socket.once('data', () => socket.destroy());
      return;
    }
    const onward = connect(backend);
    keep(onward);
    socket.pipe(onward).pipe(socket);
    onward.on('error', () => socket.resetAndDestroy());
    socket.on('close', () => onward.destroy());
  });
  const listen = async (port: number): Promise<number> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const shut = async () => {
    if (!server.listening) return;
    const end = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await end;
  };
  // the system does not give away a port again so soon
  const port = await listen(0);
  await shut();
  return { port, open: async () => void (await listen(port)), close: shut };
}

/** A port of 127.0.0.1 that refuses connections, for Services without endpoints. */
export async function refusingPort(): Promise<number> {
  // below 1024 nobody gets one by chance; nearly always the first does (tcpmux, RFC 1078)
  for (const port of [1, 9, 7, 13, 19]) if (await refuses(port)) return port;
  return 1;
}

function refuses(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => resolve(true));
  });
}
