// The web server that cases download from, inside the cluster. Serves the files of /www and /stage/www, and
// /bytes/N: N bytes, always the same. With ETag and ranges, like a real one, and with the faults that a URL asks for:
//   ?fail=N    the first N requests of this URL get 503
//   ?hold=N    the first request gets its bytes up to the Nth and then nothing more; "holds URL" in the log says when
// /release lets go what is held, and nothing is held from then on.
// /requests lists what was asked so far and how many bytes of each body left.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

interface Seen {
  readonly url: string;
  readonly range: string | undefined;
  status: number;
  bytes: number;
}
const seen: Seen[] = [];

const held: (() => void)[] = [];
let released = false;

async function bodyOf(path: string): Promise<Buffer | undefined> {
  const count = /^\/bytes\/(\d+)$/.exec(path)?.[1];
  if (count !== undefined) return Buffer.alloc(Number(count), 'all the world is a stage\n');
  if (path.includes('..')) return undefined;
  for (const folder of ['/www', '/stage/www']) {
    try {
      return await readFile(folder + path);
    } catch {
      // not there
    }
  }
  return undefined;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://origin');
  if (url.pathname === '/requests') {
    response.end(JSON.stringify(seen));
    return;
  }
  if (url.pathname === '/release') {
    released = true;
    for (const letGo of held.splice(0)) letGo();
    response.end();
    return;
  }
  const entry: Seen = { url: request.url ?? '', range: request.headers.range, status: 503, bytes: 0 };
  seen.push(entry);
  const earlier = seen.filter((other) => other.url === entry.url).length - 1;
  const body = await bodyOf(url.pathname);
  if (earlier < Number(url.searchParams.get('fail') ?? 0)) {
    response.writeHead(503).end('not yet\n');
    return;
  }
  if (body === undefined) {
    entry.status = 404;
    response.writeHead(404).end('no such file\n');
    return;
  }
  const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`;
  const [, from, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  const conditions = [request.headers['if-range'], request.headers['if-match']];
  const partial = from !== undefined && Number(from) < body.length && conditions.every((tag) => (tag ?? etag) === etag);
  const start = partial ? Number(from) : 0;
  const end = partial && last !== '' ? Math.min(Number(last) + 1, body.length) : body.length;
  entry.status = partial ? 206 : 200;
  response.writeHead(entry.status, {
    etag,
    'accept-ranges': 'bytes',
    'content-length': end - start,
    ...(partial ? { 'content-range': `bytes ${start}-${end - 1}/${body.length}` } : {}),
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  const bytes = Number(url.searchParams.get('hold') ?? end);
  const hold = earlier === 0 && !released ? Math.max(start, Math.min(bytes, end)) : end;
  response.write(body.subarray(start, hold));
  entry.bytes = hold - start;
  if (hold === end) {
    response.end();
    return;
  }
  console.log(`holds ${entry.url}`);
  held.push(() => {
    if (response.destroyed) return;
    response.end(body.subarray(hold, end));
    entry.bytes = end - start;
  });
}

createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    console.error(error);
    response.destroy();
  });
}).listen(8080, () => console.log('origin listens on 8080'));
process.on('SIGTERM', () => process.exit(0));
