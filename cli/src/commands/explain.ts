// greenroom explain: how it is called. What it does is loaded only when it is called.
import { defineCommand, type Flags } from '../command.ts';
import { transformPositionals } from './transform-flags.ts';

const flags = {
  output: {
    type: 'string',
    alias: 'o',
    choices: ['text', 'html', 'svg', 'mermaid'],
    default: 'text',
    describe: 'text for people; html: a page with pictures; svg or mermaid: a picture of one workload, for documents',
  },
  only: { type: 'string', placeholder: '[KIND/]NAME', describe: 'Explain this one of the workloads' },
  namespace: { type: 'string', default: 'default', placeholder: 'NAME', describe: 'For manifests that name none' },
  'max-restart-period': {
    type: 'string',
    default: '5m',
    placeholder: 'DURATION',
    describe: "The longest pause before a restart, as the kubelet's crashLoopBackOff.maxContainerRestartPeriod",
  },
  'helper-image': {
    type: 'string',
    placeholder: 'IMAGE',
    describe: "The image that is the helper's, beside any greenroom/helper",
  },
} as const satisfies Flags;

export const explainCommand = defineCommand({
  usage: 'explain <inputs..>',
  summary: 'Say what a pod will do: order, files, best and worst time, requests, QoS, Pod Security',
  examples: [
    ['greenroom explain my-app.yaml', 'what happens before the app starts'],
    ['greenroom explain my-app.yaml -o svg > my-app.svg', 'the same as a picture for a document'],
    ['greenroom explain my-app.yaml -o html > my-app.html', 'picture and words as one page, which fetches nothing'],
    ['helm template my-chart | greenroom explain --only deployment/my-app -', 'one object of a chart'],
  ],
  positionals: transformPositionals,
  flags,
  async run({ args, shell }) {
    const { runExplain } = await import('./explain-run.ts');
    return runExplain(args, shell);
  },
});
