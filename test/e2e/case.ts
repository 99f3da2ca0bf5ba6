// The frame of a case: a namespace of its own in the run's cluster, what a case does there, and what is kept if it fails.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { stringify } from 'yaml';
import { findStatus, type Pod } from './pod.ts';
import { type Observation, PodWatch } from './pod-watch.ts';
import { attempt, type Outcome, run } from './processes.ts';

const fromHarness = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run cases by "npm run e2e -- CASE", not on their own`);
  return value;
};

/** Busybox, nginx, an origin: see stage/build. */
export const stage = fromHarness('GREENROOM_E2E_STAGE');
/** The built helper image. */
export const helper = fromHarness('GREENROOM_E2E_HELPER');
/** Kubernetes' minor version as a number: 36. */
export const minor = Number(fromHarness('GREENROOM_E2E_KUBERNETES').slice(2));
/** The Docker container that is the cluster's node. */
export const node = fromHarness('GREENROOM_E2E_NODE');
const failures = fromHarness('GREENROOM_E2E_FAILURES');

type Manifest = string | object;

const cli = join(import.meta.dirname, '../../dist/cli/greenroom.js');

/** What the built CLI prints, with the built helper image in it. @throws Error if it ends with another code than these */
export async function greenroom(
  args: readonly string[],
  input?: string,
  codes: readonly number[] = [0],
): Promise<string> {
  const env = { ...process.env, GREENROOM_HELPER_IMAGE: helper };
  const options = { env, quiet: true, ...(input === undefined ? {} : { input }) };
  const { code, stdout, stderr } = await attempt(process.execPath, [cli, ...args], options);
  if (!codes.includes(code)) throw new Error(`greenroom ${args.join(' ')}: exit code ${code}\n${stderr}`);
  return stdout;
}

/** The manifest with steps in it: `greenroom inject ARGS -`. */
export const inject = (manifest: string, ...args: readonly string[]): Promise<string> =>
  greenroom(['inject', ...args, '-'], manifest);

/** A manifest from nothing: `greenroom new KIND NAME ARGS`, the app being the stage image. */
export const scaffold = (kind: string, name: string, ...args: readonly string[]): Promise<string> =>
  greenroom(['new', kind, name, '--image', stage, ...args]);

const toYaml = (manifest: Manifest): string => (typeof manifest === 'string' ? manifest : stringify(manifest));

export class Namespace {
  readonly name: string;
  #watch: PodWatch;

  private constructor(name: string) {
    this.name = name;
    this.#watch = new PodWatch(name);
  }

  static async create(labels: Readonly<Record<string, string>> = {}): Promise<Namespace> {
    const file = basename(process.argv[1] ?? '', '.e2e.ts');
    const name = `${file.slice(0, 50)}-${randomBytes(3).toString('hex')}`;
    const metadata = { name, labels: { 'greenroom.test/case': file, ...labels } };
    const manifest = stringify({ apiVersion: 'v1', kind: 'Namespace', metadata });
    await run('kubectl', ['create', '-f', '-'], { input: manifest, quiet: true });
    const namespace = new Namespace(name);
    // a pod is refused before it exists
    await namespace.kubectl('wait', '--for=create', 'serviceaccount/default', '--timeout=60s');
    return namespace;
  }

  /** Watches anew, for a case that has ended the API server. What was seen before is forgotten. */
  watchAgain(): void {
    this.#watch.stop();
    this.#watch = new PodWatch(this.name);
  }

  /** kubectl in this namespace. @returns its stdout @throws Error with what it said */
  async kubectl(...args: readonly string[]): Promise<string> {
    return await run('kubectl', ['--namespace', this.name, ...args], { quiet: true });
  }

  async apply(...manifests: readonly Manifest[]): Promise<void> {
    const { code, stderr } = await this.tryToApply(...manifests);
    if (code !== 0) throw new Error(`kubectl apply: ${stderr}`);
  }

  /** For what the API server may refuse. */
  async tryToApply(...manifests: readonly Manifest[]): Promise<Outcome> {
    const input = manifests.map(toYaml).join('\n---\n');
    return await attempt('kubectl', ['--namespace', this.name, 'apply', '-f', '-'], { input, quiet: true });
  }

  /** What the API server would make of a manifest that is created, as JSON. */
  async tryDry(manifest: Manifest): Promise<Outcome> {
    const args = ['--namespace', this.name, 'create', '--dry-run=server', '--output=json', '-f', '-'];
    return await attempt('kubectl', args, { input: toYaml(manifest), quiet: true });
  }

  /** Waits for a pod (by its name or the beginning of it, as a Deployment's) to be as wanted. */
  async pod(name: string, what: string, isSo: (pod: Pod) => boolean, withinMs = 60_000): Promise<Pod> {
    return await this.#watch.until(`${name}: ${what}`, withinMs, (pods) =>
      pods.find((pod) => pod.metadata.name.startsWith(name) && isSo(pod)),
    );
  }

  /** Waits for the pods of this namespace to be as wanted, all together. */
  async pods(what: string, areSo: (pods: readonly Pod[]) => boolean, withinMs = 60_000): Promise<readonly Pod[]> {
    return await this.#watch.until(what, withinMs, (pods) => (areSo(pods) ? pods : undefined));
  }

  /** Waits until a pod is no more. @returns how long the API server has kept it since now, in ms */
  async gone(name: string, withinMs = 60_000): Promise<number> {
    const startMs = performance.now();
    await this.#watch.until(`${name}: gone`, withinMs, (pods) =>
      pods.some((pod) => pod.metadata.name === name) ? undefined : true,
    );
    return performance.now() - startMs;
  }

  /** All that a pod was seen to be, in order. */
  seen(name: string): readonly Observation[] {
    return this.#watch.observations.filter(({ pod }) => pod.metadata.name.startsWith(name));
  }

  async logs(pod: string, container: string, ...args: readonly string[]): Promise<string> {
    return await this.kubectl('logs', pod, '-c', container, ...args);
  }

  async exec(pod: string, container: string, ...command: readonly string[]): Promise<string> {
    return await this.kubectl('exec', pod, '-c', container, '--', ...command);
  }

  /** Follows a container's log until a line matches. */
  async logLine(pod: string, container: string, pattern: RegExp, withinMs = 60_000): Promise<string> {
    const args = ['--namespace', this.name, 'logs', '--follow', pod, '-c', container];
    const child = spawn('kubectl', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const timer = setTimeout(() => child.kill(), withinMs);
    try {
      for await (const line of createInterface({ input: child.stdout })) if (pattern.test(line)) return line;
      throw new Error(`${pod}/${container}: no line ${pattern} in its log within ${withinMs / 1_000} s`);
    } finally {
      clearTimeout(timer);
      child.kill();
    }
  }

  /** Kills what containerd runs for a pod in this namespace, behind the kubelet's back. @param container undefined: the sandbox */
  async kill(pod: string, container?: string): Promise<void> {
    const ctr = (...args: readonly string[]) =>
      run('docker', ['exec', node, 'ctr', '-n', 'k8s.io', ...args], { quiet: true });
    const labels = {
      'io.kubernetes.pod.namespace': this.name,
      'io.kubernetes.pod.name': pod,
      'io.cri-containerd.kind': container === undefined ? 'sandbox' : 'container',
      ...(container === undefined ? {} : { 'io.kubernetes.container.name': container }),
    };
    const filter = Object.entries(labels).map(([label, value]) => `labels."${label}"==${value}`);
    const running = (await ctr('tasks', 'list', '--quiet')).split('\n').filter((id) => id !== '');
    const ids = (await ctr('containers', 'list', '--quiet', filter.join(',')))
      .split('\n')
      .filter((id) => running.includes(id));
    const [id = ''] = ids;
    if (id === '' || ids.length > 1) throw new Error(`${pod} has ${ids.length} running containers of that kind`);
    await ctr('tasks', 'kill', '--signal', 'SIGKILL', id);
  }

  /** Writes what there is to know of the namespace into a folder below the run's. @returns that folder */
  async keep(): Promise<string> {
    const folder = join(failures, this.name);
    mkdirSync(folder, { recursive: true });
    const write = async (file: string, ...args: readonly string[]) => {
      const { stdout, stderr } = await attempt('kubectl', ['--namespace', this.name, ...args], { quiet: true });
      writeFileSync(join(folder, file), stdout + stderr);
    };
    const kinds = 'pods,services,endpointslices,deployments,jobs,configmaps';
    await write('events.txt', 'get', 'events', '--sort-by=.lastTimestamp');
    await write('describe.txt', 'describe', 'pods,services,deployments,jobs');
    await write('objects.yaml', 'get', kinds, '-o', 'yaml');
    for (const pod of this.#watch.pods) {
      const { name } = pod.metadata;
      await write(`${name}.log`, 'logs', name, '--all-containers', '--prefix', '--timestamps');
      for (const { name: container } of pod.status.initContainerStatuses ?? []) {
        if ((findStatus(pod, container)?.restartCount ?? 0) > 0) {
          await write(`${name}.${container}.previous.log`, 'logs', name, '-c', container, '--previous', '--timestamps');
        }
      }
    }
    const lines = this.#watch.observations.map((one) => JSON.stringify({ ...one, atMs: Math.round(one.atMs) }));
    writeFileSync(join(folder, 'pods-as-seen.jsonl'), `${lines.join('\n')}\n`);
    return folder;
  }

  async end(): Promise<void> {
    this.#watch.stop();
    if ((process.env.KEEP ?? '') === '') {
      await run('kubectl', ['delete', 'namespace', this.name, '--wait=false'], { quiet: true });
    }
  }
}

export interface CaseOptions {
  /** Of the namespace. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Why it can't be run, if it can't. */
  readonly skip?: string | undefined;
  /** How long it may take, in milliseconds; three minutes by default. */
  readonly timeoutMs?: number;
}

/** A case, one in each file: its title is its claim. */
export function onCluster(
  title: string,
  body: (namespace: Namespace, t: TestContext) => Promise<void>,
  { labels = {}, skip, timeoutMs = 180_000 }: CaseOptions = {},
): void {
  test(title, { timeout: timeoutMs, ...(skip === undefined ? {} : { skip }) }, async (t) => {
    const namespace = await Namespace.create(labels);
    try {
      await body(namespace, t);
    } catch (error) {
      t.diagnostic(`What was in the namespace: ${await namespace.keep()}`);
      throw error;
    } finally {
      await namespace.end();
    }
  });
}
