// The node from inside: what containerd runs there, and what is done to it behind the kubelet's back.
import { setTimeout as delay } from 'node:timers/promises';
import { node } from './given.ts';
import { output, run } from './processes.ts';

/** Runs a command on the node. @returns its stdout @throws Error with what it said */
export const onNode = (...command: readonly string[]): Promise<string> =>
  run('docker', ['exec', node, ...command], { quiet: true });

export const ctr = (...args: readonly string[]): Promise<string> => onNode('ctr', '--namespace', 'k8s.io', ...args);

export interface Task {
  readonly id: string;
  /** Of its first process, as the node sees it. */
  readonly pid: string;
}

/** What runs of containerd's containers with these labels, which the kubelet gave them. */
export async function tasksOf(labels: Readonly<Record<string, string>>): Promise<readonly Task[]> {
  const filter = Object.entries(labels).map(([label, value]) => `labels."${label}"==${value}`);
  const ids = new Set((await ctr('containers', 'list', '--quiet', filter.join(','))).split('\n'));
  const rows = (await ctr('tasks', 'list')).split('\n').map((line) => line.trim().split(/\s+/));
  return rows.flatMap(([id = '', pid = '']) => (id !== '' && ids.has(id) ? [{ id, pid }] : []));
}

/** The one container of that name, of a static pod or of a DaemonSet. @throws Error if there is none, or more */
export async function taskOf(container: string): Promise<Task> {
  const [task, ...others] = await tasksOf({ 'io.kubernetes.container.name': container });
  if (task === undefined || others.length > 0) throw new Error(`not one container ${container} runs`);
  return task;
}

export const signal = (name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT', { id }: Task): Promise<string> =>
  ctr('tasks', 'kill', '--signal', name, id);

/** While the API server is away there is nothing to watch; ask `Namespace.watchAgain` afterwards. */
export async function untilApiServerAnswers(): Promise<void> {
  while ((await output('kubectl', ['get', '--raw', '/readyz'], 2_000)) === undefined) await delay(200);
}

export async function restartApiServer(): Promise<void> {
  await signal('SIGKILL', await taskOf('kube-apiserver'));
  await untilApiServerAnswers();
}
