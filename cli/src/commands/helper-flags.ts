// The flags that say what the helper shall do; `new` and `inject` share them. Data alone: help needs no YAML.
import { processOptions } from '../../../helper/src/contract/index.ts';
import type { Flags } from '../command.ts';

const steps = 'Steps, run in the order given:';
const parts = 'What comes with them:';

export const helperFlags = {
  wait: {
    type: 'string',
    array: true,
    group: steps,
    placeholder: 'STEP',
    describe: "Wait until a target is ready: 'tcp://db:5432 --deadline 2m'",
  },
  fetch: {
    type: 'string',
    array: true,
    group: steps,
    placeholder: 'STEP',
    describe: "Download a file: 'https://example.org/a.tar /data/a.tar'",
  },
  separate: {
    rare: true,
    type: 'boolean',
    group: steps,
    describe: 'A container for each step; Init:1/3 then shows how far it is',
  },
  'size-limit': {
    rare: true,
    type: 'string',
    group: parts,
    placeholder: 'SIZE',
    describe: 'How large a new volume may grow',
  },
  claim: {
    rare: true,
    type: 'string',
    group: parts,
    placeholder: 'NAME',
    describe: 'Put fetched files on this PersistentVolumeClaim, in place of an emptyDir',
  },
  'secret-env': {
    rare: true,
    type: 'string',
    array: true,
    group: parts,
    placeholder: 'VAR=SECRET/KEY',
    describe: 'A variable for --header-env or --password-env, from a Secret',
  },
  mount: {
    rare: true,
    type: 'string',
    array: true,
    group: parts,
    placeholder: 'secret/NAME=PATH',
    describe:
      'Files for --ca-file and --header-file, from a Secret or (configmap/NAME=PATH) a ConfigMap; the folder of --cache on a claim (claim/NAME=PATH)',
  },
  requests: {
    rare: true,
    type: 'string',
    group: parts,
    placeholder: 'cpu=N,memory=SIZE',
    describe: 'What the init container asks for (cpu=10m,memory=64Mi)',
  },
  limits: {
    rare: true,
    type: 'string',
    group: parts,
    placeholder: 'memory=SIZE,cpu=N',
    describe: 'What it may use (memory=128Mi, with a fetch 256Mi)',
  },
  'log-format': {
    rare: true,
    type: 'string',
    group: parts,
    placeholder: 'json|text',
    describe: processOptions.logFormat.summary,
  },
  'log-level': {
    rare: true,
    type: 'string',
    group: parts,
    placeholder: processOptions.logLevel.placeholder,
    describe: 'The least level that is logged',
  },
  name: { rare: true, type: 'string', group: parts, describe: 'The name of the init container', default: 'greenroom' },
  'kube-version': {
    rare: true,
    type: 'string',
    group: parts,
    placeholder: '1.N',
    describe: "The cluster's: from 1.35 a bare Pod whose step failed for good fails at once",
  },
  'helper-image': {
    type: 'string',
    group: parts,
    placeholder: 'IMAGE',
    describe: "The helper's image; else GREENROOM_HELPER_IMAGE, helperImage in .greenroom.yaml, or this version's own",
  },
} as const satisfies Flags;
