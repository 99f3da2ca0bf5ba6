// Faults × clients: what lies under the file's name when the client is done.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OriginRequest, type Reply, serveObject, startOrigin } from '../support/http-origin.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { type Client, clients } from './download-clients.ts';

const size = 8 << 20;
const cutAt = 3 << 20;
const v1 = randomBytes(size);
const v2 = randomBytes(size);
const dates = ['Wed, 01 Jul 2020 00:00:00 GMT', 'Thu, 02 Jul 2020 00:00:00 GMT'] as const;

type Script = (request: OriginRequest, first: boolean) => Reply;

const changed =
  (before: object, after: object): Script =>
  (request, first) =>
    first ? serveObject({ body: v1, ...before }, request, { cutAt }) : serveObject({ body: v2, ...after }, request);
const etag = '"v1"';

const scenarios: Readonly<Record<string, Script>> = {
  'the same object': (request, first) => serveObject({ body: v1, etag }, request, first ? { cutAt } : {}),
  'it has changed, strong ETag': changed({ etag }, { etag: '"v2"' }),
  'it has changed, Last-Modified': changed({ lastModified: dates[0] }, { lastModified: dates[1] }),
  'it has changed, weak ETag': changed({ etag: 'W/"v1"' }, { etag: 'W/"v2"' }),
  'it has changed, no validator': changed({}, {}),
  'cut every 512 KiB': (request) => serveObject({ body: v1, etag }, request, { cutAt: 512 << 10 }),
  'ranges are promised, and answered with 200': (_, first) => ({
    body: v1,
    headers: { etag, 'accept-ranges': 'bytes' },
    ...(first && { cutAt }),
  }),
  '404 to the second request': (request, first) =>
    first ? serveObject({ body: v1, etag }, request, { cutAt }) : { status: 404 },
  'it stalls after 3 MiB': (request, first) =>
    serveObject({ body: v1, etag }, request, first ? { stallAt: cutAt } : {}),
  'cut, and no length was told': () => ({ body: v1, cutAt, contentLength: 'none' }),
  '503 with Retry-After: 1': (request, first) =>
    first ? { status: 503, headers: { 'retry-after': '1' } } : serveObject({ body: v1, etag }, request),
  '429 with Retry-After: 1': (request, first) =>
    first ? { status: 429, headers: { 'retry-after': '1' } } : serveObject({ body: v1, etag }, request),
};

/** @returns rows for a table: the scenario, then the outcome of each client */
export async function measureFaults(): Promise<string[][]> {
  const rows: string[][] = [];
  for (const [name, script] of Object.entries(scenarios)) {
    const row = [name];
    for (const client of clients) row.push(await outcome(client, script));
    process.stderr.write(`${row.join(' | ')}\n`);
    rows.push(row);
  }
  return rows;
}

async function outcome(client: Client, script: Script): Promise<string> {
  using folder = createTempDir();
  await using origin = await startOrigin((request) => script(request, request.number === 1));
  const path = join(folder.path, 'file');
  let exitCode = -1;
  for (let run = 0; run < client.runs && exitCode !== 0; run++) {
    exitCode = await start(client.command(`${origin.url}/file`, path, folder.path));
  }
  const bytes = existsSync(path) ? readFileSync(path) : undefined;
  const whole = bytes !== undefined && (bytes.equals(v1) || bytes.equals(v2));
  if (exitCode !== 0) return bytes === undefined || whole ? `${exitCode}` : `${exitCode} left`;
  if (whole) return 'ok';
  return bytes?.length === size ? '**MIX**' : 'short';
}

function start([program = '', ...args]: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'ignore', timeout: 60_000 });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 137));
  });
}
