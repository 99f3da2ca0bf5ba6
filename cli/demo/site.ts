// The site that the page is downloaded from: a real web server that fails twice first, as sites do in the first
// moments of a cluster. It serves ranges (RFC 9110 §14), so that what has arrived need not come again.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Site extends AsyncDisposable {
  readonly port: number;
  /** What each request got, in order, in words. */
  readonly story: readonly string[];
}

export async function openSite(page: Buffer, path: string): Promise<Site> {
  const story: string[] = [];
  const etag = '"1"';
  const server = createServer((request, response) => {
    if (request.url !== path) {
      story.push(`404 for ${request.url}`);
      return void response.writeHead(404).end();
    }
    if (story.length === 0) {
      story.push('503 Service Unavailable');
      return void response.writeHead(503).end();
    }
    const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
    const start = from !== undefined && request.headers['if-range'] === etag ? Number(from) : 0;
    const body = page.subarray(start);
    const headers = { etag, 'accept-ranges': 'bytes', 'content-type': 'text/html', 'content-length': body.length };
    if (start > 0) {
      const range = { 'content-range': `bytes ${start}-${page.length - 1}/${page.length}` };
      response.writeHead(206, { ...headers, ...range });
    } else response.writeHead(200, headers);
    if (story.length === 1) {
      const half = page.length >> 1;
      story.push(`${half} of ${page.length} bytes, then the connection breaks`);
      // what was written shall arrive, and nothing after it
      response.write(body.subarray(0, half), () => response.socket?.destroySoon());
      return;
    }
    story.push(start > 0 ? `the ${body.length} bytes that were missing` : `all ${body.length} bytes`);
    response.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    story,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
