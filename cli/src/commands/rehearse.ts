// greenroom rehearse: how it is called. What it does is loaded only when it is called.
import { formatDuration } from '../../../helper/src/contract/index.ts';
import { defineCommand, type Flags } from '../command.ts';
import { defaultMaxRestartPeriodMs } from '../rehearse/kubelet/crash-backoff.ts';
import { transformPositionals } from './transform-flags.ts';

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
    rare: true,
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
    rare: true,
    type: 'string',
    default: '3s',
    placeholder: 'DURATION',
    describe: 'How long the stand-in of an app that never ends is run',
  },
  'allow-network': {
    rare: true,
    type: 'boolean',
    describe: 'Ask the real name servers for names that nobody declared',
  },
  'helper-image': {
    rare: true,
    type: 'string',
    placeholder: 'IMAGE',
    describe: "The image that is the helper's, beside any greenroom/helper",
  },
  keep: {
    rare: true,
    type: 'string',
    placeholder: 'FOLDER',
    describe: 'Keep volumes and all in this folder, which must be empty',
  },
  output: {
    type: 'string',
    alias: 'o',
    choices: ['text', 'json'],
    default: 'text',
    describe: 'json: events and outcome on standard output, for programs',
  },
  quiet: { type: 'boolean', describe: 'No timeline, only faults' },
} as const satisfies Flags;

export const rehearseCommand = defineCommand({
  usage: 'rehearse <inputs..>',
  summary: 'Try pods without a cluster: real helper, volumes as folders, Services on loopback, the kubelet’s rules',
  examples: [
    ['greenroom rehearse my-app.yaml --service myappb@3s', 'a pod whose Service appears after three seconds'],
    [
      'greenroom rehearse job.yaml --service db:5432=127.0.0.1:5432 --max-restart-period 1s',
      'with a real database on this machine, and short pauses between restarts',
    ],
    [
      "greenroom rehearse web.yaml --host example.org=127.0.0.1:8080 --stand-in web='node server.js {/var/www/html}'",
      'with stand-ins for the world outside and for the app',
    ],
  ],
  positionals: transformPositionals,
  flags,
  async run({ args, shell }) {
    const { runRehearsals } = await import('./rehearse-run.ts');
    return runRehearsals(args, shell);
  },
});
