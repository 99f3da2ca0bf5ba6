// A DNS server on loopback, over UDP and TCP, whose answers the test scripts.
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type Answer, decode, encode, type Packet, streamDecode, streamEncode, TRUNCATED_RESPONSE } from 'dns-packet';
import { listenForNames } from '../../cli/src/rehearse/cluster/udp-and-tcp.ts';

export interface DnsQuestion {
  readonly name: string;
  readonly type: string;
  readonly over: 'udp' | 'tcp';
}

/** What to say: records, a response code, nothing at all, or an empty answer that asks to come back over TCP. */
export type DnsReply = readonly Answer[] | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED' | 'silence' | 'truncated';

export interface DnsServer extends AsyncDisposable {
  /** As `nameserver` lines of resolv.conf take it: `127.0.0.1:41234`. */
  readonly nameserver: string;
  readonly port: number;
  /** Every question so far, in order. */
  readonly questions: readonly DnsQuestion[];
  /** What is answered from now on. */
  answer: (question: DnsQuestion) => DnsReply;
}

// RFC 1035 §4.1.1 and RFC 2136 §2.2
const rcodes = { NXDOMAIN: 3, SERVFAIL: 2, REFUSED: 5 } as const;

/** Starts one; an empty list of records is an answer without data. */
export async function startDnsServer(answer: (question: DnsQuestion) => DnsReply): Promise<DnsServer> {
  const questions: DnsQuestion[] = [];
  const connections = new Set<Socket>();

  const reply = (query: Packet, over: 'udp' | 'tcp'): Packet | undefined => {
    const [asked] = query.questions ?? [];
    if (asked === undefined) return undefined;
    const question: DnsQuestion = { name: asked.name, type: asked.type, over };
    questions.push(question);
    const said = server.answer(question);
    if (said === 'silence') return undefined;
    const rcode = typeof said === 'string' && said !== 'truncated' ? rcodes[said] : 0;
    return {
      type: 'response',
      id: query.id ?? 0,
      flags: rcode | (said === 'truncated' ? TRUNCATED_RESPONSE : 0),
      questions: [asked],
      answers: typeof said === 'string' ? [] : [...said],
    };
  };

  const { udp, tcp } = await listenForNames();
  udp.on('message', (message, from) => {
    const packet = reply(decode(message), 'udp');
    if (packet !== undefined) udp.send(encode(packet), from.port, from.address);
  });
  tcp.on('connection', (socket) => {
    connections.add(socket);
    socket.on('error', () => {}).on('close', () => connections.delete(socket));
    socket.on('data', (data) => {
      // the questions of a test come in one piece
      const query = streamDecode(data);
      const packet = query === null ? undefined : reply(query, 'tcp');
      if (packet !== undefined) socket.write(streamEncode(packet));
    });
  });

  const { port } = udp.address();
  const server: DnsServer = {
    nameserver: `127.0.0.1:${port}`,
    port,
    questions,
    answer,
    async [Symbol.asyncDispose]() {
      for (const socket of connections) socket.destroy();
      udp.close();
      tcp.close();
      await Promise.all([once(udp, 'close'), once(tcp, 'close')]);
    },
  };
  return server;
}
