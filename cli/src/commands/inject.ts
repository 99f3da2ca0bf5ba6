// greenroom inject: puts steps into manifests that are there.
import { defineCommand, type Flags } from '../command.ts';
import { Fault } from '../fault.ts';
import type { Position } from '../inject/options.ts';
import { helperFlags } from './helper-flags.ts';
import { outputFlags, transformFlags, transformPositionals } from './transform-flags.ts';

const group = 'Where:';

const placeFlags = {
  first: {
    type: 'boolean',
    group,
    describe: "Before all others: the default, but behind a mesh's proxy",
  },
  last: { type: 'boolean', group, describe: 'Behind all others' },
  before: { type: 'string', group, placeholder: 'NAME', describe: 'Right before this init container' },
  after: { type: 'string', group, placeholder: 'NAME', describe: 'Right behind this init container' },
  container: {
    rare: true,
    type: 'string',
    array: true,
    group,
    placeholder: 'NAME',
    describe: 'A container of the app that sees the fetched files; by default the first',
  },
} as const satisfies Flags;

const values = {
  rare: true,
  type: 'string',
  group: outputFlags.output.group,
  placeholder: 'KEY',
  describe: 'Print values for a chart: what goes under extraInitContainers, and its volumes and mounts beside it',
} as const;

export const injectCommand = defineCommand({
  usage: 'inject <inputs..>',
  summary: 'Put steps into manifests that are there; all else in them stays as it is',
  examples: [
    ['greenroom inject --wait tcp://db:5432 app.yaml | kubectl apply -f -', 'the app starts when its database answers'],
    ["greenroom inject --write --fetch 'https://example.org/a.html /www/a.html' k8s/", 'change the files of a folder'],
    ['helm template my-chart | greenroom inject --wait dns://myappb --only deployment/my-app -', 'a chart, one object'],
    ['greenroom inject --diff --wait tcp://db:5432 --before migrate app.yaml', 'see what would change'],
  ],
  positionals: transformPositionals,
  flags: { ...helperFlags, ...placeFlags, ...transformFlags, ...outputFlags, values },
  async run(call) {
    const { args } = call;
    const position = readPosition(args);
    const { readHelperFlags } = await import('./read-helper-flags.ts');
    const helper = await readHelperFlags(call);
    const [{ inject }, { transformInputs }] = await Promise.all([
      import('../inject/inject.ts'),
      import('./transform-inputs.ts'),
    ]);
    return transformInputs(call, inject({ ...helper, position, containers: args.container ?? [] }));
  },
});

/** @throws Fault usage where more than one place is given */
export function readPosition(args: {
  readonly first: boolean | undefined;
  readonly last: boolean | undefined;
  readonly before: string | undefined;
  readonly after: string | undefined;
}): Position | undefined {
  const given: Position[] = [
    ...(args.first === true ? [{ at: 'first' } as const] : []),
    ...(args.last === true ? [{ at: 'last' } as const] : []),
    ...(args.before === undefined ? [] : [{ at: 'before', name: args.before } as const]),
    ...(args.after === undefined ? [] : [{ at: 'after', name: args.after } as const]),
  ];
  if (given.length > 1) throw new Fault('usage', 'one place at a time: --first, --last, --before or --after');
  return given[0];
}
