// grpc://host:port/service is ready when the server's health service says SERVING.
// https://grpc.io/docs/guides/health-checking/, https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2';
import type { ServerTarget } from '../../contract/target.ts';
import { Failure } from '../../core/failure.ts';
import { connectionFailure } from '../../http/classify.ts';
import { formatEndpoint } from '../../network/address.ts';
import { type Probe, type ProbeWorld, type Readiness, ready } from '../probe.ts';
import { createSecure } from './secure.ts';
import { notServing, notTheProtocol } from './server.ts';

// https://github.com/grpc/grpc/blob/master/doc/health-checking.md
const serving = 1;
const statuses = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];

export async function createGrpcProbe(target: ServerTarget, { options, network }: ProbeWorld): Promise<Probe> {
  const { host, port } = target;
  const endpoint = formatEndpoint(host, port);
  const secure = target.secure
    ? createSecure({ name: options.serverName ?? host, files: options, protocols: ['h2'], endpoint })
    : undefined;
  return {
    async check({ signal, onPhase }) {
      const raw = await network.connect(host, port, signal, onPhase);
      onPhase({ kind: 'answer', endpoint });
      const socket = secure === undefined ? raw : await secure(raw, signal);
      const scheme = secure === undefined ? 'http' : 'https';
      const session = connect(`${scheme}://${endpoint}`, { createConnection: () => socket });
      try {
        return await ask(session, target.path, endpoint, signal);
      } finally {
        session.destroy();
        socket.destroy();
      }
    },
  };
}

function ask(session: ClientHttp2Session, service: string, endpoint: string, signal: AbortSignal): Promise<Readiness> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(connectionFailure(error, endpoint));
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    session.on('error', fail).on('close', () => fail(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    const stream = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    let head: IncomingHttpHeaders = {};
    let trailers: IncomingHttpHeaders = {};
    const pieces: Buffer[] = [];
    stream.on('response', (headers) => {
      head = headers;
    });
    stream.on('trailers', (headers) => {
      trailers = headers;
    });
    stream.on('data', (piece: Buffer) => {
      // the right answer has seven bytes
      if (pieces.length < 16) pieces.push(piece);
    });
    stream.on('error', fail).on('end', () => resolve(judge(head, trailers, Buffer.concat(pieces), service)));
    stream.end(frame(request(service)));
  });
}

/** HealthCheckRequest: field 1 is the name of the service, of no service for the whole server. */
function request(service: string): Buffer {
  const name = Buffer.from(service);
  return name.length === 0 ? name : Buffer.concat([Buffer.of(0x0a, name.length), name]);
}

/** A message that is not compressed, with its length before it. */
function frame(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** | 0 with SERVING | ready | 0 with another | not yet | 5 NOT_FOUND | not yet | 12 UNIMPLEMENTED | no health service | */
function judge(head: IncomingHttpHeaders, trailers: IncomingHttpHeaders, body: Buffer, service: string): Readiness {
  const code = String(trailers['grpc-status'] ?? head['grpc-status'] ?? '');
  const name = service === '' ? 'the server' : service;
  if (!String(head['content-type'] ?? '').startsWith('application/grpc') || code === '') return notTheProtocol('gRPC');
  if (code === '5') return notServing(`the health service does not know ${name}`, code);
  if (code === '12') {
    const words = 'the server has no health service (grpc.health.v1.Health)';
    return { kind: 'not-ready', cause: new Failure('UNEXPECTED_ANSWER', words, { details: { answer: code } }) };
  }
  if (code !== '0') return notServing(`the health service fails with gRPC status ${code}`, code);
  // HealthCheckResponse: field 1 is the status; left out it is 0
  const status = body[5] === 0x08 ? (body[6] ?? 0) : 0;
  return status === serving ? ready : notServing(`${name} is ${statuses[status] ?? status}`, statuses[status]);
}
