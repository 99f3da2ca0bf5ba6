// Real object stores, built from their Go modules: versitygw and rclone speak S3, fake-gcs-server is as near to
// Google's as can be had (go-tool.ts).
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import aws4 from 'aws4';
import { type RealServer, startServer } from './real-server.ts';

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
