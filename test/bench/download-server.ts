// Serves one file of so many MiB from memory, with ranges; a process of its own, so that it takes no client's time.
// BENCH_FILE: the file of which it serves that many copies in a row, in place of a random MiB.
// Arguments: http or https, MiB, and for a slow link: so many KiB on each connection every so many milliseconds, the
// first of them after that time.
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

const [scheme, megabytes, kibibytes = '0', everyMs = '0'] = process.argv.slice(2);
const file = process.env.BENCH_FILE;
const block = file === undefined ? randomBytes(1 << 20) : readFileSync(file);
const size = Number(megabytes) * block.length;
const hash = createHash('sha256');
for (let i = 0; i < Number(megabytes); i++) hash.update(block);

function serve(request: IncomingMessage, response: ServerResponse): void {
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const from = range === null ? 0 : Number(range[1]);
  const last = range === null || range[2] === '' ? size - 1 : Math.min(Number(range[2]), size - 1);
  const headers = { 'accept-ranges': 'bytes', etag: '"bench"', 'content-length': last - from + 1 };
  const head = () => {
    if (range === null) response.writeHead(200, headers);
    else response.writeHead(206, { ...headers, 'content-range': `bytes ${from}-${last}/${size}` });
  };
  let at = from;
  /** @returns whether there is room for more */
  const write = (most: number) => {
    const start = at % block.length;
    const piece = block.subarray(start, Math.min(block.length, start + last - at + 1, start + most));
    at += piece.length;
    return response.write(piece);
  };
  if (request.method === 'HEAD') {
    head();
    return void response.end();
  }
  if (Number(everyMs) > 0) {
    paced(response, head, (most) => (at <= last ? write(most) : undefined));
    return;
  }
  head();
  const more = () => {
    while (at <= last && !response.destroyed) if (!write(block.length)) return void response.once('drain', more);
    response.end();
  };
  more();
}

/** @param write answers undefined when there is nothing more */
function paced(response: ServerResponse, head: () => void, write: (most: number) => boolean | undefined): void {
  const startMs = performance.now();
  let turns = 0;
  const timer = setInterval(() => {
    if (!response.headersSent) head();
    // as many turns as time has passed for: a busy machine makes them late, not fewer
    const due = Math.floor((performance.now() - startMs) / Number(everyMs));
    for (; turns < due; turns++) {
      if (response.writableLength > 8 << 20) break;
      for (let left = Number(kibibytes) << 10; left > 0; left -= 64 << 10) {
        if (write(Math.min(left, 64 << 10)) !== undefined) continue;
        clearInterval(timer);
        return void response.end();
      }
    }
  }, Number(everyMs));
  response.on('close', () => clearInterval(timer));
}

const tls = { key: process.env.BENCH_KEY, cert: process.env.BENCH_CERT };
const server = scheme === 'https' ? createSecureServer(tls, serve) : createServer(serve);
server.listen(0, 'localhost', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ port, digest: hash.digest('hex') })}\n`);
});
