// Follows the pods of a namespace from its first one on, so that a case can wait for what becomes of them and can ask
// afterwards what they have been.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Pod } from './pod.ts';

export interface Observation {
  /** Of the monotonic clock (`performance.now()`), when it arrived here. */
  readonly atMs: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly pod: Pod;
}

export class PodWatch {
  readonly observations: Observation[] = [];
  readonly #latest = new Map<string, Pod>();
  readonly #listeners = new Set<() => void>();
  readonly #child: ChildProcess;
  #end: Error | undefined;

  constructor(namespace: string) {
    this.#child = spawn('kubectl', ['get', '--raw', `/api/v1/namespaces/${namespace}/pods?watch=true`], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let words = '';
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      words += text;
    });
    const { stdout } = this.#child;
    if (stdout === null) throw new Error('unreachable: stdout is a pipe');
    createInterface({ input: stdout }).on('line', (line) => this.#read(line));
    this.#child.on('error', (error) => this.#finish(error));
    this.#child.on('close', () => this.#finish(new Error(`the watch of the namespace's pods has ended ${words}`)));
  }

  /** The pods there are now. */
  get pods(): Pod[] {
    return [...this.#latest.values()];
  }

  /** Resolves with what `find` finds, asked again at each change. Rejects after so many ms, with the pods as they are. */
  async until<T>(what: string, withinMs: number, find: (pods: readonly Pod[]) => T | undefined): Promise<T> {
    return await new Promise<T>((resolve, reject) => {
      const look = () => {
        try {
          const found = find(this.pods);
          if (found !== undefined) settle(() => resolve(found));
          else if (this.#end !== undefined) settle(() => reject(this.#end));
        } catch (error) {
          settle(() => reject(error));
        }
      };
      const settle = (act: () => void) => {
        clearTimeout(timer);
        this.#listeners.delete(look);
        act();
      };
      const timer = setTimeout(
        () => settle(() => reject(new Error(`waited ${withinMs / 1_000} s in vain: ${what}\n${this.#describe()}`))),
        withinMs,
      );
      this.#listeners.add(look);
      look();
    });
  }

  stop(): void {
    this.#child.kill();
  }

  #read(line: string): void {
    const { type, object } = JSON.parse(line) as { type: Observation['type'] | 'ERROR'; object: Pod };
    if (type === 'ERROR') {
      this.#finish(new Error(`the watch of the namespace's pods has failed: ${JSON.stringify(object)}`));
      return;
    }
    this.observations.push({ atMs: performance.now(), type, pod: object });
    if (type === 'DELETED') this.#latest.delete(object.metadata.name);
    else this.#latest.set(object.metadata.name, object);
    this.#tell();
  }

  #finish(error: Error): void {
    this.#end ??= error;
    this.#tell();
  }

  #tell(): void {
    for (const look of [...this.#listeners]) look();
  }

  #describe(): string {
    return this.pods
      .map(({ metadata, status }) => {
        const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
        const states = containers.map(
          ({ name, restartCount, state }) => `  ${name} (${restartCount} restarts): ${JSON.stringify(state)}`,
        );
        return [`${metadata.name}: ${status.phase} ${status.message ?? ''}`, ...states].join('\n');
      })
      .join('\n');
  }
}
