// The inputs and flags that inject and uninject share. Data alone: help needs no YAML.
import type { Flags } from '../command.ts';
import { manifestExtensions } from '../manifest/extensions.ts';

const group = 'Input and output:';

export const transformFlags = {
  only: {
    type: 'string',
    array: true,
    group,
    placeholder: 'KIND/NAME',
    describe: 'These objects alone: deployment/my-app, cronjob, my-app',
  },
  write: { type: 'boolean', group, describe: 'Change the files, in place of printing' },
  check: { type: 'boolean', group, describe: 'Print nothing; exit with 1 if something would change' },
  diff: { type: 'boolean', group, describe: 'Print what would change, as a unified diff' },
} as const satisfies Flags;

export const outputFlags = {
  output: {
    type: 'string',
    alias: 'o',
    choices: ['yaml', 'json', 'patch', 'strategic', 'kustomize'],
    default: 'yaml',
    group,
    placeholder: 'yaml|json|patch|strategic|kustomize',
    describe:
      'What is printed: the manifests, a JSON patch (RFC 6902), strategic merge patches, or a kustomize component',
  },
} as const satisfies Flags;

export const transformPositionals = {
  inputs: {
    type: 'string',
    array: true,
    demandOption: true,
    describe: `Files, folders (their ${manifestExtensions.join(', ')}), or - for standard input`,
  },
} as const;
