// Waits for the name of a Service, which is there long before anybody answers.
import { parseTarget } from '../../../../helper/src/contract/index.ts';
import { findService } from '../dependencies.ts';
import { stepsOf } from '../helper-steps.ts';
import { initContainers } from '../pod.ts';
import type { Rule } from '../rule.ts';
import type { Value } from '../value.ts';
import type { LintObject } from '../world.ts';

export const dnsOfService: Rule = {
  id: 'dns-of-service',
  severity: 'info',
  reason:
    'The name of a Service with an address of its own resolves from the moment that the Service is made, with no pod behind it. A wait for `dns://` passes then, and the app meets a connection that is refused. A wait for the port passes when a ready pod answers.',
  cure: 'Wait for a port of the Service: `tcp://NAME:PORT`, or better what the app will ask, such as `http://NAME/health`.',
  example: {
    bad: `  - name: wait
    image: greenroom/helper:0.1.0
    args: [wait, 'dns://db']`,
    good: `  - name: wait
    image: greenroom/helper:0.1.0
    args: [wait, 'tcp://db:5432']`,
  },
  *check(object, world) {
    const { pod } = object;
    for (const container of pod === undefined ? [] : initContainers(pod)) {
      const steps = stepsOf(container, object, world);
      const asked = steps.flatMap(({ step }) => (step.kind === 'wait' ? step.targets : [])).map(hostOf);
      for (const { step, placeOf } of steps) {
        if (step.kind !== 'wait' || step.options.gone) continue;
        for (const text of step.targets) {
          const target = parseTarget(text);
          if (target.kind !== 'dns' || asked.includes(target.name)) continue;
          const service = findService(target.name, object.namespace, world);
          const port = service === undefined ? undefined : tcpPort(service);
          if (service === undefined || port === undefined) continue;
          yield {
            at: placeOf(text),
            message: `${text} passes as soon as Service ${service.name} exists, before any pod behind it answers`,
            cure: `wait for tcp://${target.name}:${port}`,
          };
        }
      }
    }
  },
};

/** The host of a target that connects to it. */
function hostOf(text: string): string | undefined {
  const target = parseTarget(text);
  if (target.kind === 'http') return new URL(target.url).hostname;
  return 'host' in target ? target.host : undefined;
}

/** The first TCP port of a Service that has an address of its own. */
function tcpPort({ value }: LintObject): string | undefined {
  if (value.textAt('spec', 'clusterIP') === 'None' || value.textAt('spec', 'type') === 'ExternalName') return undefined;
  const isTcp = (port: Value) => (port.textAt('protocol') ?? 'TCP') === 'TCP';
  return value.list('spec', 'ports').find(isTcp)?.textAt('port');
}
