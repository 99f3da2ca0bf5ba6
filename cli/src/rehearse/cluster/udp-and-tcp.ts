// One port of loopback over UDP and TCP, as name servers have it.
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';

/** Both on the same port: the system chooses one for TCP, and another program may have it for UDP already. */
export async function listenForNames(): Promise<{ udp: UdpSocket; tcp: Server }> {
  for (;;) {
    const tcp = createServer().listen(0, '127.0.0.1');
    await once(tcp, 'listening');
    const udp = createSocket('udp4');
    try {
      udp.bind((tcp.address() as AddressInfo).port, '127.0.0.1');
      await once(udp, 'listening');
      return { udp, tcp };
    } catch (error) {
      tcp.close();
      udp.close();
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
}
