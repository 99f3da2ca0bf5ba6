// What the CLI writes into a container: the helper reads the same steps, Kubernetes knows each field.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { ContainerWriter } from '../../../../cli/src/inject/container.ts';
import { formatItem } from '../../../../cli/src/manifest/format.ts';
import { parseArgs, parsePlan, processOptions } from '../../../../helper/src/contract/index.ts';
import { injectOptions } from '../../../support/helper-options.ts';
import { checkModel } from '../../../support/kubernetes-schema.ts';
import { containerFaults } from '../../../support/pod-security.ts';

const steps = [
  'wait tcp://db:5432',
  'wait tcp://a:1 tcp://b:2 --any --deadline 90s',
  "wait https://api/health --header 'Accept: text/plain' --status 2xx --status 401",
  "wait https://api/health --header 'X-Odd: it'\\''s # not \"a comment\" \\ {x} \u00e9'",
  'fetch https://example.org/a?b=c#d /data/a --mode 0600',
  'fetch https://example.org/a "/data/with space/a"',
];

const process = {
  logFormat: processOptions.logFormat.default,
  logLevel: processOptions.logLevel.default,
  terminationLog: processOptions.terminationLog.default,
};

interface Container {
  readonly args: string[];
  readonly env?: { name: string; value: string }[];
}

test('the helper reads the steps that the container was made of', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...steps), { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      fc.constantFrom(0, 2),
      (texts, separate, dash) => {
        const options = injectOptions(texts, { separate });
        const style = { step: 2, dash, gap: 2, json: false };
        const read = new ContainerWriter(options).write({ mounts: [] }).flatMap(({ node }) => {
          const [container] = parse(formatItem(node, 0, style).join('\n')) as Container[];
          const command = parseArgs(container?.args ?? []);
          if (command.kind === 'step') return [command.step];
          assert.deepEqual(command, { kind: 'run', planPath: undefined, process });
          return parsePlan(parse(container?.env?.[0]?.value ?? '', { schema: 'failsafe' })).items;
        });
        assert.deepEqual(read, options.steps);
      },
    ),
  );
});

test('Kubernetes knows every field, and PodSecurity restricted admits the container', () => {
  for (const separate of [false, true]) {
    const options = injectOptions(steps, {
      separate,
      secretVariables: [{ variable: 'TOKEN', secret: 'site', key: 'token' }],
    });
    for (const { node } of new ContainerWriter(options).write({ mounts: [] })) {
      const [container] = parse(formatItem(node, 0, { step: 2, dash: 0, gap: 2, json: false }).join('\n'));
      assert.deepEqual(checkModel(container, 'V1Container', 'container'), []);
      assert.deepEqual(containerFaults(container, {}), []);
      assert.equal('command' in container, false);
    }
  }
});

test('a fetch may use more memory than a wait', () => {
  const limit = (text: string) => new ContainerWriter(injectOptions([text])).write({ mounts: [] })[0]?.texts;
  assert.deepEqual((limit('wait tcp://db:1') as { resources: unknown }).resources, {
    requests: { cpu: '10m', memory: '64Mi' },
    limits: { memory: '128Mi' },
  });
  assert.deepEqual((limit('fetch http://a/b /c/d') as { resources: unknown }).resources, {
    requests: { cpu: '10m', memory: '64Mi' },
    limits: { memory: '256Mi' },
  });
});

test('what is asked for otherwise stands beside what is not', () => {
  const resources = { requests: { cpu: '100m' }, limits: { cpu: '1', memory: '1Gi' } };
  const texts = new ContainerWriter(injectOptions(['wait tcp://db:1'], { resources })).write({ mounts: [] })[0]?.texts;
  assert.deepEqual((texts as { resources: unknown }).resources, {
    requests: { cpu: '100m', memory: '64Mi' },
    limits: { memory: '1Gi', cpu: '1' },
  });
});
