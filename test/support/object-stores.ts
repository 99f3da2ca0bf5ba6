// Real object stores, built from their Go modules: versitygw and rclone speak S3, fake-gcs-server is as near to
// Google's as can be had. Built once into the user's cache, by CI and where GREENROOM_STORES is set; it takes minutes.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import aws4 from 'aws4';
import { findProgram, type RealServer, startServer } from './real-server.ts';

const modules = {
  versitygw: 'github.com/versity/versitygw/cmd/versitygw@v1.8.0',
  rclone: 'github.com/rclone/rclone@v1.76.0',
  'fake-gcs-server': 'github.com/fsouza/fake-gcs-server@v1.56.1',
} as const;

export type StoreProgram = keyof typeof modules;

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'greenroom/stores');

/** The program's path; undefined where it is not built, and shall not be. */
export function storeProgram(
  name: StoreProgram,
  build = process.env.GREENROOM_STORES ?? process.env.CI,
): string | undefined {
  const path = join(cache, 'bin', name);
  if (existsSync(path)) return path;
  if (!build || findProgram('go') === undefined) return undefined;
  mkdirSync(join(cache, 'bin'), { recursive: true });
  const { status, stderr } = spawnSync('go', ['install', '-ldflags=-s -w', modules[name]], {
    env: { ...process.env, GOBIN: join(cache, 'bin'), CGO_ENABLED: '0', GOWORK: 'off' },
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status !== 0) throw new Error(`${modules[name]} cannot be built:\n${stderr}`);
  return path;
}

/** Options of a test that needs a store: left out, with the cure, where it is missing. */
export function needsStore(name: StoreProgram, path: string | undefined): { readonly skip: string | false } {
  return { skip: path === undefined && `LEFT OUT: ${name} is not built (GREENROOM_STORES=1 builds it with Go)` };
}

export const testKeys = { accessKeyId: 'AKTEST', secretAccessKey: 'not/so+secret' };

export interface Store extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
  readonly server: RealServer;
}

/** Starts a store and waits until it answers. @param args from the port that it shall listen on */
export async function startStore(
  path: string,
  args: (port: number) => readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Store> {
  const port = await freePort();
  // as the tests' own user, whose cache it lies in
  const server = startServer(path, args(port), env, {});
  const url = `http://127.0.0.1:${port}`;
  for (;;) {
    const answers = await fetch(url).then(
      (response) => response.arrayBuffer().then(() => true),
      () => false,
    );
    if (answers) break;
    if (server.child.exitCode !== null) throw new Error(server.output());
    await sleep(20);
  }
  return { url, server, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** Signs and sends a request to a store that speaks S3. */
export async function s3Put(
  url: string,
  path: string,
  body: Buffer | undefined,
  headers: Record<string, string> = {},
): Promise<void> {
  const { host } = new URL(url);
  const about = { service: 's3', region: 'us-east-1', method: 'PUT', host, path };
  const signed = aws4.sign(
    { ...about, headers: { ...headers, host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } },
    testKeys,
  );
  const { host: _, ...sent } = signed.headers as Record<string, string>;
  const response = await fetch(url + path, {
    method: 'PUT',
    headers: sent,
    ...(body !== undefined && { body: new Uint8Array(body) }),
  });
  if (!response.ok) throw new Error(`PUT ${path}: ${response.status} ${await response.text()}`);
}

async function freePort(): Promise<number> {
  const probe = createServer();
  const port = await new Promise<number>((resolve) => {
    probe.listen(0, '127.0.0.1', () => resolve((probe.address() as { port: number }).port));
  });
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
