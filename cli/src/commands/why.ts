// greenroom why: how it is called. What it does is loaded only when it is called.
import { defineCommand, type Flags } from '../command.ts';

const flags = {
  namespace: {
    type: 'string',
    alias: 'n',
    placeholder: 'NAME',
    describe: "Look there; else kubectl's current namespace",
  },
  'all-namespaces': { type: 'boolean', alias: 'A', describe: 'Look everywhere' },
  selector: { type: 'string', alias: 'l', placeholder: 'LABELS', describe: 'Pods with these labels: app=web' },
  watch: {
    type: 'boolean',
    alias: 'w',
    describe: 'Follow until all that was asked about has started, then draw how long each part took',
  },
  'fail-fast': { type: 'boolean', describe: 'With --watch: end with 1 as soon as nothing but a change can help' },
  timeout: {
    type: 'string',
    placeholder: 'DURATION',
    describe: 'With --watch: end with 1 after so long; by default never',
  },
  output: {
    type: 'string',
    alias: 'o',
    choices: ['text', 'json'],
    default: 'text',
    describe: 'json: the same for programs, see cli/why.md',
  },
  context: { type: 'string', placeholder: 'NAME', describe: "As kubectl's own; so are these", group: 'Cluster:' },
  cluster: { type: 'string', placeholder: 'NAME', describe: 'The cluster of the kubeconfig', group: 'Cluster:' },
  user: { type: 'string', placeholder: 'NAME', describe: 'The user of the kubeconfig', group: 'Cluster:' },
  as: { type: 'string', placeholder: 'NAME', describe: 'Whom to act for', group: 'Cluster:' },
  kubeconfig: { type: 'string', placeholder: 'FILE', describe: 'The kubeconfig', group: 'Cluster:' },
  'request-timeout': {
    type: 'string',
    default: '20s',
    placeholder: 'DURATION',
    describe: 'How long one answer of the cluster may take',
    group: 'Cluster:',
  },
  'helper-image': {
    type: 'string',
    placeholder: 'IMAGE',
    describe: "The image that is the helper's, beside any greenroom/helper",
  },
} as const satisfies Flags;

export const whyCommand = defineCommand({
  usage: 'why [what..]',
  summary: 'Say why a pod is stuck: what is wrong, since when, what happens next, what to do',
  examples: [
    ['greenroom why', 'whatever is not well in the current namespace'],
    ['greenroom why deployment/web -n shop', 'why a Deployment does not come up; job/x, pod/x, sts/x … as well'],
    [
      'greenroom why job/migrate --watch --fail-fast --timeout 10m',
      'in CI: wait for it, and give up when it is hopeless',
    ],
  ],
  positionals: {
    what: {
      type: 'string',
      array: true,
      placeholder: 'KIND/NAME',
      describe: 'pod/x, deployment/x, …; a name alone is a pod; none: all that is not well',
    },
  },
  flags,
  async run({ args, shell }) {
    const { runWhy } = await import('./why-run.ts');
    return runWhy(args, shell);
  },
});
