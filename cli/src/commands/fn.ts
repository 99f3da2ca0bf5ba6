// greenroom fn: inject as a KRM function. What it does is loaded only when it is called.
import { defineCommand } from '../command.ts';

export const fnCommand = defineCommand({
  usage: 'fn',
  summary: 'Put steps into a ResourceList: a function for kustomize and kpt',
  examples: [
    ['kustomize build --enable-alpha-plugins --enable-exec .', 'kustomize calls it, where a transformer names it'],
    ['kpt fn eval k8s --exec "greenroom fn" --fn-config steps.yaml', 'and so does kpt'],
    ['greenroom fn < resource-list.yaml', 'by hand: a ResourceList in, a ResourceList out'],
  ],
  positionals: {},
  flags: {},
  async run(call) {
    const { runFunction } = await import('./fn-run.ts');
    return runFunction(call);
  },
});
