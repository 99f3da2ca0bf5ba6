// The arguments of `greenroom rehearse` → the settings of a rehearsal.
import { availableParallelism, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { suggest } from '../../../helper/src/contract/index.ts';
import type { Call } from '../command.ts';
import { Fault } from '../fault.ts';
import { parseHostFlag, parseServiceFlag } from '../rehearse/cluster/service-flag.ts';
import type { Workload } from '../rehearse/pod/workload.ts';
import { findHelperProgram } from '../rehearse/processes/helper-program.ts';
import { parseStandIn } from '../rehearse/processes/stand-in.ts';
import type { RehearsalSettings } from '../rehearse/rehearsal.ts';
import { isHelperImage, parseData, readDurationFlag } from './workload-inputs.ts';

/** What yargs read for `rehearse`. */
export type RehearseArguments = Readonly<Record<string, unknown>> & {
  readonly inputs: readonly string[];
  readonly namespace: string;
  readonly only: string | undefined;
  readonly keep: string | undefined;
  readonly quiet: boolean | undefined;
  readonly output: 'text' | 'json';
  readonly 'helper-image': string | undefined;
};

/** @throws Fault usage */
export function readRehearsalSettings(
  args: RehearseArguments,
  image: string,
  { env, folder }: Call['shell'],
): RehearsalSettings {
  const texts = (name: string) => (args[name] as string[] | undefined) ?? [];
  const duration = (name: string) => readDurationFlag('rehearse', name, String(args[name]));
  const maxRestarts = String(args['max-restarts']);
  if (!/^\d{1,6}$/.test(maxRestarts)) {
    throw new Fault('usage', `rehearse: --max-restarts: ${JSON.stringify(maxRestarts)} is not a whole number`);
  }
  return {
    services: texts('service').map(parseServiceFlag),
    hosts: texts('host').map(parseHostFlag),
    standIns: texts('stand-in').map(parseStandIn),
    volumes: new Map(texts('volume').map((text) => readVolumeFlag(text, folder))),
    allowNetwork: args['allow-network'] === true,
    maxRestartPeriodMs: duration('max-restart-period'),
    maxRestarts: Number(maxRestarts),
    runAppForMs: duration('run-app-for'),
    deadlineMs: duration('deadline'),
    isHelper: (container) => isHelperImage(container, image),
    helperProgram: [process.execPath, findHelperProgram()],
    parseData,
    userEnv: env,
    userFolder: folder,
    machine: { cpus: availableParallelism(), memoryBytes: totalmem() },
  };
}

function readVolumeFlag(text: string, base: string): [string, string] {
  const [, name, folder] = /^([a-z0-9][a-z0-9-]*)=(.+)$/.exec(text) ?? [];
  if (name !== undefined && folder !== undefined) return [name, resolve(base, folder)];
  throw new Fault('usage', `rehearse: --volume ${JSON.stringify(text)} is not of the form NAME=FOLDER`);
}

/** @throws Fault usage for a stand-in or volume that no pod has: a misspelt one would do nothing without a word */
export function checkNames(workloads: readonly Workload[], { standIns, volumes }: RehearsalSettings): void {
  const check = (flag: string, given: Iterable<string>, known: readonly string[]) => {
    for (const name of given) {
      if (known.includes(name)) continue;
      const nearest = suggest(name, known);
      const cure = nearest === undefined ? `there is: ${known.join(', ') || 'none'}` : `did you mean ${nearest}?`;
      throw new Fault('usage', `${flag} ${name}: no pod has one of that name`, { cure });
    }
  };
  const pods = workloads.map(({ pod }) => pod);
  const containers = pods.flatMap((pod) => pod.containers.map(({ name }) => name));
  check(
    '--stand-in',
    standIns.map(({ container }) => container),
    containers,
  );
  check(
    '--volume',
    volumes.keys(),
    pods.flatMap((pod) => pod.volumes.map(({ name }) => name)),
  );
}
