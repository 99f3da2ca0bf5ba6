// A TCP server on loopback that can listen late, and that knows how many connections it holds.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface TcpListener extends AsyncDisposable {
  readonly port: number;
  /** Connections that were accepted so far. */
  accepted: number;
  /** Connections that are open now. */
  readonly open: ReadonlySet<Socket>;
  /** Resolves when every connection is closed. */
  allClosed(): Promise<void>;
}

/** @param onConnection what the server does; by default it reads and says nothing */
export async function startTcpListener(
  onConnection: (socket: Socket) => void = () => {},
  { port = 0, host = '127.0.0.1' } = {},
): Promise<TcpListener> {
  const open = new Set<Socket>();
  let told: (() => void) | undefined;
  const server = createServer((socket) => {
    listener.accepted++;
    open.add(socket);
    socket
      .on('error', () => {})
      .on('close', () => {
        open.delete(socket);
        if (open.size === 0) told?.();
      });
    socket.resume();
    onConnection(socket);
  });
  server.listen(port, host);
  await once(server, 'listening');
  const listener: TcpListener = {
    port: (server.address() as AddressInfo).port,
    accepted: 0,
    open,
    allClosed: () =>
      new Promise((resolve) => {
        told = resolve;
        if (open.size === 0) resolve();
      }),
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return listener;
}

/** A port that nothing listens at: it was free a moment ago. */
export async function closedPort(): Promise<number> {
  await using listener = await startTcpListener();
  return listener.port;
}
