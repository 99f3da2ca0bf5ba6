// `greenroom rehearse`: flags → settings, files → workloads, one after the other; timeline on err, data on out.
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { formatDuration, parseDuration, suggest } from '../../../helper/src/contract/index.ts';
import { type Call, defineCommand } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { Fault } from '../fault.ts';
import { parseHostFlag, parseServiceFlag } from '../rehearse/cluster/service-flag.ts';
import { defaultMaxRestartPeriodMs } from '../rehearse/kubelet/crash-backoff.ts';
import { type ManifestObject, readObjects } from '../rehearse/pod/documents.ts';
import type { Container } from '../rehearse/pod/pod-spec.ts';
import { readWorkloads, type Workload, workloadKinds } from '../rehearse/pod/workload.ts';
import { findHelperProgram } from '../rehearse/processes/helper-program.ts';
import { parseStandIn } from '../rehearse/processes/stand-in.ts';
import { type RehearsalSettings, rehearse } from '../rehearse/rehearsal.ts';
import type { RehearsalEvent } from '../rehearse/report/events.ts';
import type { Outcome } from '../rehearse/report/outcome.ts';
import { drawPicture } from '../rehearse/report/picture.ts';
import { createStyle, type Style } from '../rehearse/report/style.ts';
import { createTimeline } from '../rehearse/report/timeline.ts';
import { heading, limits, verdict } from '../rehearse/report/verdict.ts';
import { resolveHelperImage } from '../settings.ts';
import { readAll } from '../streams.ts';

const flags = {
  service: {
    type: 'string',
    array: true,
    placeholder: 'NAME[:PORT][@3s][=HOST:PORT]',
    describe: 'A Service: when it appears, and where its connections go; without an address it only accepts them',
  },
  host: {
    type: 'string',
    array: true,
    placeholder: 'NAME[:PORT]=HOST:PORT',
    describe: 'Where connections to a name outside of the cluster go',
  },
  'stand-in': {
    type: 'string',
    array: true,
    placeholder: "CONTAINER='COMMAND'",
    describe:
      'What runs in place of a container that is not the helper; {/path} is the place of a path of the container',
  },
  volume: {
    type: 'string',
    array: true,
    placeholder: 'NAME=FOLDER',
    describe: 'A folder that takes the place of a volume',
  },
  only: { type: 'string', placeholder: '[KIND/]NAME', describe: 'Rehearse this one of the workloads' },
  namespace: { type: 'string', default: 'default', placeholder: 'NAME', describe: 'For manifests that name none' },
  deadline: {
    type: 'string',
    default: '10m',
    placeholder: 'DURATION',
    describe: 'How long the rehearsal of one workload may take',
  },
  'max-restarts': {
    type: 'string',
    default: '3',
    placeholder: 'N',
    describe: 'A container that fails after so many restarts ends the rehearsal',
  },
  'max-restart-period': {
    type: 'string',
    default: formatDuration(defaultMaxRestartPeriodMs),
    placeholder: 'DURATION',
    describe: "The longest pause before a restart, as the kubelet's crashLoopBackOff.maxContainerRestartPeriod",
  },
  'run-app-for': {
    type: 'string',
    default: '3s',
    placeholder: 'DURATION',
    describe: 'How long the stand-in of an app that never ends is run',
  },
  'allow-network': { type: 'boolean', describe: 'Ask the real name servers for names that nobody declared' },
  'helper-image': {
    type: 'string',
    placeholder: 'IMAGE',
    describe: "The image that is the helper's, beside any greenroom/helper",
  },
  keep: { type: 'string', placeholder: 'FOLDER', describe: 'Keep volumes and all in this folder, which must be empty' },
  output: {
    type: 'string',
    alias: 'o',
    choices: ['text', 'json'],
    default: 'text',
    describe: 'json: events and outcome on standard output, for programs',
  },
  quiet: { type: 'boolean', describe: 'No timeline, only faults' },
} as const;

export const rehearseCommand = defineCommand({
  usage: 'rehearse <inputs..>',
  summary: 'Try pods without a cluster: real helper, volumes as folders, Services on loopback, the kubelet’s rules',
  examples: [
    ['greenroom rehearse my-app.yaml --service myappb@3s', 'Rehearse a pod whose Service appears after three seconds'],
    [
      'greenroom rehearse job.yaml --service db:5432=127.0.0.1:5432 --max-restart-period 1s',
      'With a real database on this machine, and short pauses between restarts',
    ],
    [
      "greenroom rehearse web.yaml --host example.org=127.0.0.1:8080 --stand-in web='node server.js {/var/www/html}'",
      'With stand-ins for the world outside and for the app',
    ],
  ],
  positionals: {
    inputs: {
      type: 'string',
      array: true,
      demandOption: true,
      describe: 'Files of manifests, or - for standard input',
    },
  },
  flags,
  async run({ args, shell }) {
    const { env, folder: here, version } = shell;
    const image = await resolveHelperImage({ flag: args['helper-image'], env, folder: here, version });
    const settings = readSettings(args, image, shell);
    const objects = await readInputs(args.inputs, shell);
    const workloads = select(readWorkloads(objects, args.namespace), args.only);
    checkNames(workloads, settings);

    const { err, out } = shell.streams;
    const style = createStyle({ colours: err.colours, columns: err.columns, env: shell.env });
    const say = (text: string) => {
      if (args.quiet !== true) err.write(text);
    };
    const folder = await makeFolder(args.keep, shell.folder);
    const signal = shell.stopSignal();
    const rehearsals: { workload: Workload; outcome: Outcome; events: RehearsalEvent[] }[] = [];
    try {
      for (const workload of workloads) {
        if (signal.aborted) break;
        const place = workloads.length === 1 ? folder : join(folder, `${workload.kind}-${workload.name}`.toLowerCase());
        rehearsals.push(await perform(workload, objects, settings, place, style, say, signal));
      }
    } finally {
      if (args.keep === undefined) await rm(folder, { recursive: true, force: true });
    }
    if (args.keep !== undefined) say(`kept in ${args.keep}\n`);
    if (signal.aborted) return signal.reason as number;
    if (args.output === 'json') {
      const data = rehearsals.map(({ workload: { kind, name, namespace }, outcome, events }) => {
        return { kind, name, namespace, ...outcome, events };
      });
      // every key is always there
      const whole = (_: string, value: unknown) => (value === undefined ? null : value);
      out.write(`${JSON.stringify({ rehearsals: data }, whole, 2)}\n`);
    }
    const allStarted = rehearsals.every(({ outcome }) => outcome.started);
    return allStarted ? exitCodes.success.code : exitCodes.different.code;
  },
});

async function perform(
  workload: Workload,
  objects: readonly ManifestObject[],
  settings: RehearsalSettings,
  folder: string,
  style: Style,
  say: (text: string) => void,
  signal: AbortSignal,
) {
  const roles = new Map(workload.pod.containers.map(({ name, rules: { role } }) => [name, role]));
  const standIns = new Set(settings.standIns.map(({ container }) => container));
  const timeline = createTimeline({ roles, style });
  const events: RehearsalEvent[] = [];
  let hasBegun = false;
  const outcome = await rehearse(
    workload,
    objects,
    settings,
    folder,
    (event) => {
      if (!hasBegun) {
        say(`${style.paint('bold', heading(workload))}\n`);
        for (const note of limits(workload, standIns, new Set(settings.volumes.keys())))
          say(`  ${style.signs.note} ${note}\n`);
      }
      hasBegun = true;
      events.push(event);
      say(timeline(event));
    },
    signal,
  );
  const colour = outcome.started ? 'green' : 'red';
  const sign = outcome.started ? style.signs.done : style.signs.failed;
  say(`\n${drawPicture(events, outcome, roles, style)}\n`);
  say(`${style.paint(colour, `${sign} ${verdict(workload, outcome, events)}`)}\n\n`);
  return { workload, outcome, events };
}

type Arguments = Parameters<typeof rehearseCommand.run>[0]['args'];

function readSettings(given: Arguments, image: string, { env, folder }: Call['shell']): RehearsalSettings {
  const args = given as Readonly<Record<string, unknown>>;
  const texts = (name: string) => (args[name] as string[] | undefined) ?? [];
  const duration = (name: string): number => {
    const text = String(args[name]);
    const value = parseDuration(text);
    if (value !== undefined) return value;
    throw new Fault(
      'usage',
      `rehearse: --${name}: ${JSON.stringify(text)} is not a duration with a unit, such as 30s or 5m`,
    );
  };
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
    parseData: (text) => {
      try {
        return parseYaml(text) as unknown;
      } catch {
        return undefined;
      }
    },
    userEnv: env,
    userFolder: folder,
    machine: { cpus: availableParallelism(), memoryBytes: totalmem() },
  };
}

function isHelperImage({ image }: Container, setting: string): boolean {
  return image === setting || /(?:^|\/)greenroom\/helper(?:[:@][\w.:-]+)*$/.test(image);
}

function readVolumeFlag(text: string, base: string): [string, string] {
  const [, name, folder] = /^([a-z0-9][a-z0-9-]*)=(.+)$/.exec(text) ?? [];
  if (name !== undefined && folder !== undefined) return [name, resolve(base, folder)];
  throw new Fault('usage', `rehearse: --volume ${JSON.stringify(text)} is not of the form NAME=FOLDER`);
}

async function readInputs(inputs: readonly string[], { streams, folder }: Call['shell']): Promise<ManifestObject[]> {
  const objects: ManifestObject[] = [];
  for (const input of inputs) {
    let text: string;
    try {
      text =
        input === '-'
          ? Buffer.from(await readAll(streams.in)).toString()
          : await readFile(resolve(folder, input), 'utf8');
    } catch (error) {
      throw new Fault('input', `${input} cannot be read: ${(error as Error).message}`, { cause: error });
    }
    objects.push(...readObjects(input, text));
  }
  return objects;
}

/** @throws Fault input where there is nothing to rehearse */
function select(workloads: readonly Workload[], only: string | undefined): readonly Workload[] {
  if (workloads.length === 0) {
    throw new Fault('input', `nothing to rehearse: the input holds none of ${workloadKinds.join(', ')}`);
  }
  if (only === undefined) return workloads;
  const found = workloads.filter(
    ({ kind, name }) => name === only || `${kind}/${name}`.toLowerCase() === only.toLowerCase(),
  );
  if (found.length > 0) return found;
  const names = workloads.map(({ kind, name }) => `${kind}/${name}`);
  throw new Fault('usage', `--only ${only}: there is no such workload`, { cure: `it is one of ${names.join(', ')}` });
}

/** @throws Fault usage for a stand-in or volume that no pod has: a misspelt one would do nothing without a word */
function checkNames(workloads: readonly Workload[], { standIns, volumes }: RehearsalSettings): void {
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

async function makeFolder(keep: string | undefined, base: string): Promise<string> {
  if (keep === undefined) return mkdtemp(join(tmpdir(), 'greenroom-rehearsal-'));
  const folder = resolve(base, keep);
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) throw new Fault('usage', `--keep ${keep}: the folder is not empty`);
  return folder;
}
