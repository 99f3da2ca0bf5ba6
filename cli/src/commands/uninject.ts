// greenroom uninject: takes out what inject put in.
import { defineCommand } from '../command.ts';
import { helperFlags } from './helper-flags.ts';
import { outputFlags, transformFlags, transformPositionals } from './transform-flags.ts';

export const uninjectCommand = defineCommand({
  usage: 'uninject <inputs..>',
  summary: 'Take out what inject put in; the manifest is then what it was, byte for byte',
  examples: [
    ['greenroom uninject app.yaml', 'print the manifest without the helper'],
    ['greenroom uninject --write k8s/', 'change the files of a folder'],
  ],
  positionals: transformPositionals,
  flags: {
    name: { ...helperFlags.name, rare: false, group: 'Where:', describe: 'The name that was given to inject' },
    ...transformFlags,
    ...outputFlags,
  },
  async run(call) {
    const [{ uninject }, { checkName }, { transformInputs }] = await Promise.all([
      import('../inject/uninject.ts'),
      import('./read-helper-flags.ts'),
      import('./transform-inputs.ts'),
    ]);
    return transformInputs(call, uninject({ base: checkName(call.args.name) }));
  },
});
