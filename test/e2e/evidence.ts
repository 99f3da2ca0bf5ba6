// What is kept of a namespace when a case fails: for the reader of its error, who may have nothing else, and in a folder.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failures } from './given.ts';
import { findStatus, type Pod } from './pod.ts';
import type { Observation } from './pod-watch.ts';
import { attempt } from './processes.ts';

const tailLines = 20;

/** What kubectl says, whatever it is. (It would ask a dead API server for ever.) */
async function told(namespace: string, ...args: readonly string[]): Promise<string> {
  const all = ['--namespace', namespace, '--request-timeout=20s', ...args];
  const { stdout, stderr } = await attempt('kubectl', all, { quiet: true });
  return stdout + stderr;
}

const containersOf = ({ status }: Pod) => [
  ...(status.initContainerStatuses ?? []),
  ...(status.containerStatuses ?? []),
];

/** The last lines of whatever ran in these pods, and the namespace's warnings. */
export async function summary(namespace: string, pods: readonly Pod[]): Promise<string> {
  const parts: string[] = [];
  for (const pod of pods) {
    const { name } = pod.metadata;
    for (const { name: container, containerID = '', restartCount } of containersOf(pod)) {
      if (containerID === '') continue;
      const tail = ['logs', name, '-c', container, `--tail=${tailLines}`];
      parts.push(`--- log of ${name}/${container}\n${await told(namespace, ...tail)}`);
      if (restartCount === 0) continue;
      parts.push(
        `--- log of ${name}/${container} before its last restart\n${await told(namespace, ...tail, '--previous')}`,
      );
    }
  }
  const warnings = ['get', 'events', '--field-selector=type=Warning', '--sort-by=.lastTimestamp'];
  parts.push(`--- warnings\n${await told(namespace, ...warnings)}`);
  return parts.map((part) => part.trimEnd()).join('\n');
}

/** Writes all that there is to know into a folder below the run's. @returns that folder */
export async function keep(
  namespace: string,
  pods: readonly Pod[],
  observations: readonly Observation[],
): Promise<string> {
  const folder = join(failures, namespace);
  mkdirSync(folder, { recursive: true });
  const write = async (file: string, ...args: readonly string[]) =>
    writeFileSync(join(folder, file), await told(namespace, ...args));
  const kinds = 'pods,services,endpointslices,deployments,jobs,configmaps';
  await write('events.txt', 'get', 'events', '--sort-by=.lastTimestamp');
  await write('describe.txt', 'describe', 'pods,services,deployments,jobs');
  await write('objects.yaml', 'get', kinds, '-o', 'yaml');
  for (const pod of pods) {
    const { name } = pod.metadata;
    await write(`${name}.log`, 'logs', name, '--all-containers', '--prefix', '--timestamps');
    for (const { name: container } of pod.status.initContainerStatuses ?? []) {
      if ((findStatus(pod, container)?.restartCount ?? 0) > 0) {
        await write(`${name}.${container}.previous.log`, 'logs', name, '-c', container, '--previous', '--timestamps');
      }
    }
  }
  const lines = observations.map((one) => JSON.stringify({ ...one, atMs: Math.round(one.atMs) }));
  writeFileSync(join(folder, 'pods-as-seen.jsonl'), `${lines.join('\n')}\n`);
  return folder;
}
