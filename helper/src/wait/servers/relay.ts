// A door on loopback for drivers that dial by themselves: what they connect to it goes where the network of the pod
// leads, search list and rehearsal included. TLS, where there is any, is spoken by the driver: the door itself knows
// no secret, and lets nobody in who could not dial the server himself.
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type Duplex, PassThrough } from 'node:stream';

/**
 * Opens the door, has it used, and closes it with all connections, whatever happened.
 * @param dial a connection to the server; the first is made before the door is opened, so that its failure is told
 * @param use given the port on 127.0.0.1
 * @param guard what the server says passes through one of these on its way to the driver
 * @throws what `dial` or `use` throws; the signal's reason
 */
export async function throughRelay<T>(
  dial: () => Promise<Socket>,
  signal: AbortSignal,
  use: (port: number) => Promise<T>,
  guard: () => Duplex = () => new PassThrough(),
): Promise<T> {
  const sockets = new Set<Socket>();
  let failure: unknown;
  let over = false;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => {});
    if (over) socket.destroy();
    return socket;
  };
  let first: Socket | undefined = keep(await dial());
  const server = createServer(async (near) => {
    keep(near);
    try {
      const far = first ?? keep(await dial());
      first = undefined;
      const guarded = guard().on('error', () => near.destroy());
      near.pipe(far).pipe(guarded).pipe(near);
      near.on('close', () => far.destroy());
      far.on('close', () => near.destroy());
    } catch (error) {
      failure ??= error;
      near.destroy();
    }
  });
  const close = () => {
    over = true;
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
  });
  aborted.catch(() => {});
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    return await Promise.race([use((server.address() as AddressInfo).port), aborted]);
  } catch (error) {
    throw failure ?? error;
  } finally {
    signal.removeEventListener('abort', abort);
    close();
  }
}
