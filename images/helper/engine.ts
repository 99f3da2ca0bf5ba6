// The Docker engine, through the docker command: whatever it talks to (DOCKER_HOST, a context, Podman's stand-in).
import { spawnSync } from 'node:child_process';

const ask = (args: readonly string[]) => spawnSync('docker', args, { encoding: 'utf8' });

/**
 * The engine's architecture, as OCI calls it.
 * @throws Error saying why no engine answers, and what to do
 */
export function engineArchitecture(): string {
  const { error, status, stdout, stderr } = ask(['version', '--format', '{{.Server.Arch}}']);
  if (error !== undefined) throw new Error(`there is no docker command here (${error.message})\n${cure}`);
  if (status !== 0) throw new Error(`no Docker engine answers: ${stderr.trim().split('\n').at(-1)}\n${cure}`);
  return stdout.trim();
}

const cure =
  '  Install and start Docker (https://docs.docker.com/engine/install/), or set DOCKER_HOST if it runs elsewhere;\n' +
  '  or write the image to a file, for which no engine is needed: npm run image -- --archive greenroom-helper.tar';

/** The ID of an image that the engine has under a name; undefined if it has none. */
export function imageId(tag: string): string | undefined {
  const { status, stdout } = ask(['image', 'inspect', '--format', '{{.Id}}', tag]);
  return status === 0 ? stdout.trim() : undefined;
}

/** @throws Error with the engine's own words */
export function load(archive: Uint8Array): void {
  const { status, stderr } = spawnSync('docker', ['load', '--quiet'], {
    input: archive,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  if (status !== 0) throw new Error(`docker load failed: ${stderr.toString().trim()}`);
}
