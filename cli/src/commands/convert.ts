// greenroom convert: how it is called. What it does is loaded only when it is called.
import { defineCommand, type Flags } from '../command.ts';
import { helperFlags } from './helper-flags.ts';
import { transformFlags, transformPositionals } from './transform-flags.ts';

const group = 'What comes of it:';

const flags = {
  merge: {
    type: 'boolean',
    group,
    describe: 'Make one container, with a plan, of those that are converted and stand in a row',
  },
  'log-format': { ...helperFlags['log-format'], group },
  'log-level': { ...helperFlags['log-level'], group },
  'helper-image': { ...helperFlags['helper-image'], group },
  ...transformFlags,
} as const satisfies Flags;

export const convertCommand = defineCommand({
  usage: 'convert <inputs..>',
  summary: 'Turn shell loops, wait-for-it, dockerize, wget and the like into steps; what is not sure stays as it is',
  examples: [
    ['greenroom convert --diff app.yaml', 'see which init containers would become steps, and why others would not'],
    ['greenroom convert --write k8s/', 'change the files of a folder'],
    ['helm template my-chart | greenroom convert - | kubectl apply -f -', 'a chart'],
    ['greenroom convert compose.yaml', 'the steps that depends_on stands for, a command a service'],
    ['greenroom convert compose.yaml k8s/ > all.yaml', 'the same steps, put into the manifests of those services'],
  ],
  positionals: {
    inputs: {
      ...transformPositionals.inputs,
      describe: `${transformPositionals.inputs.describe}; compose files, too`,
    },
  },
  flags,
  async run(call) {
    const { runConvert } = await import('./convert-run.ts');
    return runConvert(call);
  },
});
