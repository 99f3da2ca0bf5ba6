// The frame of a case: a namespace of its own in the run's cluster, what a case does there, and what is kept if it fails.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { stringify } from 'yaml';
import { keep, summary } from './evidence.ts';
import { helper, patienceMs, stage } from './given.ts';
import { signal, type Task, tasksOf } from './node.ts';
import type { Pod } from './pod.ts';
import { type Observation, PodWatch } from './pod-watch.ts';
import { attempt, type Outcome, run } from './processes.ts';

export { helper, minor, node, patienceMs, stage } from './given.ts';

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

/** A wait that did not come to its end, with what a reader needs. */
class InVain extends Error {}

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
    await namespace.kubectl('wait', '--for=create', 'serviceaccount/default', `--timeout=${patienceMs / 1_000}s`);
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
  async pod(name: string, what: string, isSo: (pod: Pod) => boolean): Promise<Pod> {
    return await this.#until(`${name}: ${what}`, (pods) =>
      pods.find((pod) => pod.metadata.name.startsWith(name) && isSo(pod)),
    );
  }

  /** Waits for the pods of this namespace to be as wanted, all together. */
  async pods(what: string, areSo: (pods: readonly Pod[]) => boolean): Promise<readonly Pod[]> {
    return await this.#until(what, (pods) => (areSo(pods) ? pods : undefined));
  }

  /** Waits until a pod is no more. */
  async gone(name: string): Promise<void> {
    await this.#until(`${name}: gone`, (pods) => (pods.some((pod) => pod.metadata.name === name) ? undefined : true));
  }

  async #until<T>(what: string, find: (pods: readonly Pod[]) => T | undefined): Promise<T> {
    try {
      return await this.#watch.until(what, patienceMs, find);
    } catch (error) {
      throw await this.#inVain((error as Error).message);
    }
  }

  /** An error that says what the containers and the cluster have said: where it is read, the cluster is gone. */
  async #inVain(sentence: string): Promise<InVain> {
    return new InVain(`${sentence}\n${await this.summary()}`);
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
  async logLine(pod: string, container: string, pattern: RegExp): Promise<string> {
    const args = ['--namespace', this.name, 'logs', '--follow', pod, '-c', container];
    const child = spawn('kubectl', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const timer = setTimeout(() => child.kill(), patienceMs);
    try {
      for await (const line of createInterface({ input: child.stdout })) if (pattern.test(line)) return line;
      throw await this.#inVain(`${pod}/${container}: no line ${pattern} in its log`);
    } finally {
      clearTimeout(timer);
      child.kill();
    }
  }

  /** What containerd runs for a pod in this namespace. @param container undefined: the sandbox */
  async task(pod: string, container?: string): Promise<Task> {
    const [task, ...others] = await tasksOf({
      'io.kubernetes.pod.namespace': this.name,
      'io.kubernetes.pod.name': pod,
      'io.cri-containerd.kind': container === undefined ? 'sandbox' : 'container',
      ...(container === undefined ? {} : { 'io.kubernetes.container.name': container }),
    });
    if (task === undefined || others.length > 0) throw new Error(`${pod} has not one running container of that kind`);
    return task;
  }

  /** Kills it, behind the kubelet's back. */
  async kill(pod: string, container?: string): Promise<void> {
    await signal('SIGKILL', await this.task(pod, container));
  }

  /** What there is to say of the namespace's pods. */
  async summary(): Promise<string> {
    return await summary(this.name, this.#watch.pods);
  }

  /** Writes all there is to know of the namespace into a folder. @returns that folder */
  async keep(): Promise<string> {
    return await keep(this.name, this.#watch.pods, this.#watch.observations);
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
  /** What ends it if it hangs, in milliseconds; by default more than any one of its waits. */
  readonly timeoutMs?: number;
}

/** A case, one in each file: its title is its claim. */
export function onCluster(
  title: string,
  body: (namespace: Namespace, t: TestContext) => Promise<void>,
  { labels = {}, skip, timeoutMs = 3 * patienceMs }: CaseOptions = {},
): void {
  test(title, { timeout: timeoutMs, ...(skip === undefined ? {} : { skip }) }, async (t) => {
    const namespace = await Namespace.create(labels);
    try {
      await body(namespace, t);
    } catch (error) {
      if (!(error instanceof InVain)) t.diagnostic(await namespace.summary());
      t.diagnostic(`What was in the namespace: ${await namespace.keep()}`);
      throw error;
    } finally {
      await namespace.end();
    }
  });
}
