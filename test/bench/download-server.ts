// Serves one file of so many MiB from memory, with ranges; a process of its own, so that it takes no client's time.
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

const [scheme, megabytes] = process.argv.slice(2);
const block = randomBytes(1 << 20);
const size = Number(megabytes) * block.length;
const hash = createHash('sha256');
for (let i = 0; i < Number(megabytes); i++) hash.update(block);

function serve(request: IncomingMessage, response: ServerResponse): void {
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const from = range === null ? 0 : Number(range[1]);
  const last = range === null || range[2] === '' ? size - 1 : Math.min(Number(range[2]), size - 1);
  const headers = { 'accept-ranges': 'bytes', etag: '"bench"', 'content-length': last - from + 1 };
  if (range === null) response.writeHead(200, headers);
  else response.writeHead(206, { ...headers, 'content-range': `bytes ${from}-${last}/${size}` });
  let at = from;
  const more = () => {
    while (at <= last && !response.destroyed) {
      const start = at % block.length;
      const piece = block.subarray(start, Math.min(block.length, start + last - at + 1));
      at += piece.length;
      if (!response.write(piece)) return void response.once('drain', more);
    }
    response.end();
  };
  more();
}

const tls = { key: process.env.BENCH_KEY, cert: process.env.BENCH_CERT };
const server = scheme === 'https' ? createSecureServer(tls, serve) : createServer(serve);
server.listen(0, 'localhost', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ port, digest: hash.digest('hex') })}\n`);
});
