// A name server on loopback, over UDP and TCP. What it answers is names.ts's.
import { once } from 'node:events';
import type { Socket } from 'node:net';
import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  type Packet,
  RECURSION_AVAILABLE,
  streamEncode,
} from 'dns-packet';
import type { NameAnswer } from './names.ts';
import { listenForNames } from './udp-and-tcp.ts';

export interface NameServer {
  /** As resolv.conf takes it here: `127.0.0.1:41234`. */
  readonly address: string;
  close(): Promise<void>;
}

// RFC 1035 §4.1.1
const noSuchName = 3;
// CoreDNS gives the names of the cluster so long, in seconds; nothing here keeps them
const ttlSeconds = 5;

export async function startNameServer(
  answer: (name: string, type: string) => Promise<NameAnswer>,
): Promise<NameServer> {
  const reply = async (message: Buffer): Promise<Packet | undefined> => {
    const query = decodeQuery(message);
    const question = query?.questions?.[0];
    if (query === undefined || question === undefined) return undefined;
    const { name, type } = question;
    const said = await answer(name.replace(/\.$/, ''), type);
    return {
      type: 'response',
      id: query.id ?? 0,
      flags:
        AUTHORITATIVE_ANSWER |
        RECURSION_AVAILABLE |
        (said.kind === 'no-such-name' || said.kind === 'outside' ? noSuchName : 0),
      questions: [question],
      answers: recordsOf(name, said),
    };
  };

  const { udp, tcp } = await listenForNames();
  const connections = new Set<Socket>();
  udp.on('message', async (message, from) => {
    const packet = await reply(message);
    // the answer may come after the end of the rehearsal
    if (packet !== undefined && !closed) udp.send(encode(packet), from.port, from.address);
  });
  udp.on('error', () => {});
  tcp.on('connection', (socket) => {
    connections.add(socket);
    let received = Buffer.alloc(0);
    socket.on('error', () => {}).on('close', () => connections.delete(socket));
    socket.on('data', async (data) => {
      received = Buffer.concat([received, data]);
      // RFC 1035 §4.2.2: two bytes of length before each message
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const end = 2 + received.readUInt16BE(0);
        const message = received.subarray(2, end);
        received = received.subarray(end);
        const packet = await reply(message);
        if (packet !== undefined && !socket.destroyed) socket.write(streamEncode(packet));
      }
    });
  });

  let closed = false;
  return {
    address: `127.0.0.1:${udp.address().port}`,
    async close() {
      closed = true;
      for (const socket of connections) socket.destroy();
      const ends = [once(udp, 'close'), once(tcp, 'close')];
      udp.close();
      tcp.close();
      await Promise.all(ends);
    },
  };
}

function recordsOf(name: string, said: NameAnswer): Answer[] {
  if (said.kind === 'addresses') {
    return said.addresses.map((data) => ({ type: data.includes(':') ? 'AAAA' : 'A', name, ttl: ttlSeconds, data }));
  }
  if (said.kind !== 'ports') return [];
  const { target, ports } = said;
  // CoreDNS divides a weight of 100
  const weight = Math.floor(100 / ports.length);
  return ports.map((port) => ({ type: 'SRV', name, ttl: ttlSeconds, data: { priority: 0, weight, port, target } }));
}

function decodeQuery(message: Buffer): Packet | undefined {
  try {
    return decode(message);
  } catch {
    return undefined;
  }
}
