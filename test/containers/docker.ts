// The engine through the docker command, and the helper in a container as a strict cluster would run it.
import { attempt, type Outcome } from '../e2e/processes.ts';

/** Whatever a run makes carries this label, with the run's number as its value. */
export const runLabel = 'greenroom-containers-run';

/** What main.ts hands to the tests. @throws Error where a test file was started without it */
export function given(name: 'HELPER' | 'SERVERS' | 'LABEL'): string {
  const value = process.env[`CONTAINERS_${name}`];
  if (value === undefined) throw new Error('start these tests by: node test/containers/main.ts');
  return value;
}

/** @throws Error with what Docker said */
export async function docker(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await attempt('docker', args, { quiet: true });
  if (code !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr.trim()}`);
  return stdout.trim();
}

/** PodSecurity `restricted`, in Docker's words, and a memory limit. */
const restricted = [
  '--read-only',
  '--cap-drop=ALL',
  '--security-opt=no-new-privileges',
  '--user=65532:65532',
  '--pids-limit=64',
  '--restart=no',
];

export interface HelperContainer {
  readonly id: string;
  /** All that it logged so far. */
  readonly log: () => Promise<string>;
  /** Resolves once a line of the log holds the text; rejects if the container ends before. */
  readonly logged: (text: string) => Promise<void>;
  /** Resolves with the exit code. */
  readonly ended: () => Promise<number>;
  readonly wasOutOfMemory: () => Promise<boolean>;
}

/**
 * Starts the helper, detached.
 * @param options further options of `docker run`; no swap, so that `--memory` means it
 */
export async function startHelper(options: readonly string[], args: readonly string[]): Promise<HelperContainer> {
  const label = `--label=${given('LABEL')}`;
  const id = await docker('run', '--detach', label, ...restricted, ...options, given('HELPER'), ...args);
  const log = async () => (await attempt('docker', ['logs', id], { quiet: true })).stderr;
  const ended = async () => Number(await docker('wait', id));
  return {
    id,
    log,
    ended,
    logged: async (text) => {
      const quoted = `'${text.replaceAll("'", "'\\''")}'`;
      const follow = [
        '-c',
        `docker logs --follow ${id} 2>&1 | grep --quiet --max-count=1 --fixed-strings -- ${quoted}`,
      ];
      const { code } = await attempt('sh', follow, { quiet: true });
      if (code !== 0) throw new Error(`the helper ended before it logged ${text}:\n${await log()}`);
    },
    wasOutOfMemory: async () => (await docker('inspect', '--format', '{{.State.OOMKilled}}', id)) === 'true',
  };
}

/** Runs the helper to its end. */
export async function runHelper(
  options: readonly string[],
  args: readonly string[],
): Promise<{ exitCode: number; log: string; container: HelperContainer }> {
  const container = await startHelper(options, args);
  const exitCode = await container.ended();
  return { exitCode, log: await container.log(), container };
}

/** A network of its own, with Docker's name service. */
export async function makeNetwork(name: string): Promise<string> {
  const own = `${name}-${process.pid}`;
  await docker('network', 'create', `--label=${given('LABEL')}`, own);
  return own;
}

/** A volume that the helper's user may write, as a pod's fsGroup makes it. */
export async function makeVolume(name: string): Promise<string> {
  const own = `${name}-${process.pid}`;
  await docker('volume', 'create', `--label=${given('LABEL')}`, own);
  await inVolume(own, 'chown 65532:65532 /data');
  return own;
}

/** Runs a line of shell as root in a container that has the volume at /data. */
export const inVolume = (volume: string, line: string): Promise<string> =>
  docker('run', '--rm', `--label=${given('LABEL')}`, `--volume=${volume}:/data`, given('SERVERS'), 'sh', '-c', line);

/** Removes containers, networks and volumes of a run. */
export async function removeAll(label: string): Promise<void> {
  const remove = async (list: readonly string[], removal: readonly string[]): Promise<Outcome | undefined> => {
    const { stdout } = await attempt('docker', [...list, '--filter', `label=${label}`, '--quiet'], { quiet: true });
    const ids = stdout.split('\n').filter((id) => id !== '');
    return ids.length === 0 ? undefined : attempt('docker', [...removal, ...ids], { quiet: true });
  };
  await remove(['ps', '--all'], ['rm', '--force', '--volumes']);
  await remove(['network', 'ls'], ['network', 'rm']);
  await remove(['volume', 'ls'], ['volume', 'rm']);
}
