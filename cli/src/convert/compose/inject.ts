// Steps of a compose file into the manifests of its services: each goes to the pods of the object of its name.
import { inject } from '../../inject/inject.ts';
import type { Transformer } from '../../inject/transform.ts';
import type { Common } from '../write.ts';
import type { ServiceSteps } from './steps.ts';

/** @param met gets the names of the services that were found */
export function injectCompose(plans: readonly ServiceSteps[], common: Common, met: Set<string>): Transformer {
  return (text, pods, parseAgain) => {
    let current = text;
    let list = pods;
    const outcomes: ReturnType<Transformer>['outcomes'][number][] = pods.map(() => ({
      outcome: 'unchanged',
      detail: 'no service of this name waits for others',
    }));
    for (const { service, steps } of plans) {
      const own = list.flatMap(({ object }, index) => (object.name === service.name ? [index] : []));
      if (own.length === 0 || steps.length === 0) continue;
      met.add(service.name);
      const chosen = (all: typeof pods) => own.flatMap((index) => all[index] ?? []);
      const injecting = inject({ ...common, steps, name: 'greenroom', position: undefined, containers: [] });
      const result = injecting(current, chosen(list), (changed) => chosen(parseAgain(changed)));
      result.outcomes.forEach((outcome, at) => {
        outcomes[own[at] ?? 0] = outcome;
      });
      current = result.text;
      list = parseAgain(current);
    }
    return { text: current, outcomes };
  };
}
