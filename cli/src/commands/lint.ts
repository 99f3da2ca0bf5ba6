// greenroom lint: how it is called. What it does is loaded only when it is called.
import { defineCommand, type Flags } from '../command.ts';
import { severities } from '../lint/rule.ts';
import { manifestExtensions } from '../manifest/extensions.ts';

const choosing = 'What is looked at:';
const acting = 'What comes of it:';

const flags = {
  rule: {
    type: 'string',
    array: true,
    group: choosing,
    placeholder: 'RULE',
    describe: 'Ask these rules alone',
  },
  skip: { type: 'string', array: true, group: choosing, placeholder: 'RULE', describe: 'Leave these rules out' },
  level: {
    type: 'string',
    choices: severities,
    group: choosing,
    describe: 'The least severity that is shown; by default warning, with --rule or --fail-on what they need',
  },
  'kube-version': {
    type: 'string',
    group: choosing,
    placeholder: '1.N',
    describe: 'The oldest Kubernetes that the manifests are for',
  },
  'helm-timeout': {
    type: 'string',
    group: choosing,
    placeholder: 'DURATION',
    describe: 'How long helm install --wait gives all of it; hooks have 5m anyhow',
  },
  'helper-image': {
    type: 'string',
    group: choosing,
    placeholder: 'IMAGE',
    describe: "The image that is the helper's, beside any greenroom/helper",
  },
  'fail-on': {
    type: 'string',
    choices: severities,
    default: 'error',
    group: acting,
    describe: 'Exit with 1 for findings of this severity or above',
  },
  output: {
    type: 'string',
    alias: 'o',
    choices: ['text', 'json', 'sarif'],
    default: 'text',
    group: acting,
    describe: 'text for people; json for programs; sarif for code hosts',
  },
  fix: { type: 'boolean', group: acting, describe: 'Mend in the files what can be mended for sure' },
  diff: { type: 'boolean', group: acting, describe: 'Show what --fix would change, and change nothing' },
  rules: { type: 'boolean', group: acting, describe: 'List all rules, with reasons and cures' },
} as const satisfies Flags;

export const lintCommand = defineCommand({
  usage: 'lint [inputs..]',
  summary:
    'Find what will not work, or will surprise, in init containers: deadlocks, deadlines, lost files, refused fields',
  examples: [
    ['greenroom lint k8s/', 'the manifests of a folder, as one application'],
    ['helm template my-chart | greenroom lint -', 'a chart'],
    ['greenroom lint -o sarif --fail-on warning k8s/ > lint.sarif', 'for a code host'],
    ['greenroom lint --rules', 'all rules, with reasons and cures'],
  ],
  positionals: {
    inputs: {
      type: 'string',
      array: true,
      describe: `Files, folders (their ${manifestExtensions.join(', ')}), or - for standard input`,
    },
  },
  flags,
  async run(call) {
    const { runLint } = await import('./lint-run.ts');
    return runLint(call);
  },
});
