// Programs that ask the Kubernetes API: kubectl wait, k8s-wait-for, kubernetes-entrypoint.
import { k8sResource } from '../../../../helper/src/contract/index.ts';
import { type Ask, type ProgramReader, shown, type WaitAsk } from '../ask.ts';
import { readFlags, readSeconds } from '../flags.ts';
import { Unsure } from '../script/syntax.ts';

const wait = (target: string, options: readonly string[], lastsS: number): WaitAsk => ({
  kind: 'wait',
  targets: [target],
  options,
  lastsS,
});

const objectName = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/;

function named(resource: string, name: string): string {
  if (k8sResource(resource) === undefined && !resource.includes('.'))
    throw new Unsure(`${resource} is not known: its API group is not named`);
  if (!objectName.test(name)) throw new Unsure(`${shown(name)} is not the name of an object`);
  return `k8s://${resource}/${name}`;
}

const namespaceOption = (namespace: string | undefined): string[] => {
  if (namespace === undefined) return [];
  if (!/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(namespace)) throw new Unsure(`${shown(namespace)} is not a namespace`);
  return ['--namespace', namespace];
};

/** A selector of labels alone, as `kubectl -l` takes it. */
function selectorOption(selector: string): string[] {
  if (!/^[\w./-]+={1,2}[\w.-]+(?:,[\w./-]+={1,2}[\w.-]+)*$/.test(selector))
    throw new Unsure(`the selector ${shown(selector)} is not one of plain labels`);
  return ['--selector', selector.replaceAll('==', '=')];
}

// kinds that the helper holds ready exactly when they have this condition
const ownCondition: Readonly<Record<string, string>> = {
  jobs: 'complete',
  pods: 'ready',
  deployments: 'available',
};

export const kubectl: ProgramReader = ({ args }) => {
  const { operands, value } = readFlags('kubectl', args, {
    values: ['n namespace', 'for', 'timeout', 'l selector'],
  });
  const [verb = '', ...what] = operands;
  if (verb !== 'wait') throw new Unsure(`kubectl ${verb} has no step`);
  const goal = value('for') ?? '';
  const [, condition, status] = /^condition=([\w./-]+)(?:=(\w+))?$/.exec(goal) ?? [];
  if (condition === undefined && goal !== 'delete') throw new Unsure(`kubectl wait --for=${goal}: no target asks so`);
  const timeout = value('timeout');
  const lastsS =
    timeout === undefined
      ? 30
      : timeout.startsWith('-')
        ? Number.POSITIVE_INFINITY
        : readSeconds(timeout, 'kubectl --timeout');
  if (lastsS === 0) throw new Unsure('kubectl wait --timeout=0 looks once');
  const around = namespaceOption(value('n'));
  const selector = value('l');
  const asks = objects(what, selector !== undefined).map(([resource, name]): Ask => {
    const plural = k8sResource(resource)?.plural;
    const isOwn = plural !== undefined && status === undefined && ownCondition[plural] === condition?.toLowerCase();
    const options = [
      ...(condition === undefined
        ? ['--gone']
        : isOwn
          ? []
          : ['--condition', `${condition}${status === undefined ? '' : `=${status}`}`]),
      ...around,
      ...(selector === undefined ? [] : selectorOption(selector)),
    ];
    if (selector === undefined) return wait(named(resource, name), options, lastsS);
    if (plural === undefined && !resource.includes('.'))
      throw new Unsure(`${resource} is not known: its API group is not named`);
    return wait(`k8s://${resource}`, options, lastsS);
  });
  if (asks.length > 1) throw new Unsure('kubectl wait gives each of several objects the whole time');
  return { asks };
};

/** `job/x`, `job x y`, or with a selector `pod`. */
function objects(words: readonly string[], bySelector: boolean): (readonly [resource: string, name: string])[] {
  const [first = '', ...rest] = words;
  if (bySelector) {
    if (rest.length > 0 || first.includes('/') || first.includes(',') || first === '')
      throw new Unsure('kubectl wait with a selector names objects as well');
    return [[first.toLowerCase(), '']];
  }
  const pairs = first.includes('/') ? words.map((word) => word.split('/')) : rest.map((name) => [first, name]);
  if (pairs.length === 0 || pairs.some((pair) => pair.length !== 2)) throw new Unsure('kubectl wait names no object');
  return pairs.map(([resource = '', name = '']) => [resource.toLowerCase(), name] as const);
}

/** https://github.com/groundnuty/k8s-wait-for */
export const k8sWaitFor: ProgramReader = ({ args, variable }) => {
  const { operands, value } = readFlags('k8s-wait-for', args, { values: ['l', 'n namespace'] });
  const [kind = '', name, ...others] = operands;
  if (others.length > 0) throw new Unsure('k8s-wait-for is given words that are not known');
  if ((variable('TREAT_ERRORS_AS_READY') ?? '0') !== '0')
    throw new Unsure('TREAT_ERRORS_AS_READY takes a failure for ready');
  if (kind === 'service') throw new Unsure('k8s-wait-for service waits for every pod behind it; k8s://service for one');
  if (kind !== 'job' && kind !== 'pod') throw new Unsure(`k8s-wait-for ${kind} takes a failure for ready`);
  const around = namespaceOption(value('n'));
  const selector = value('l');
  if ((selector === undefined) === (name === undefined)) throw new Unsure('k8s-wait-for names no object, or two');
  const ask =
    selector === undefined
      ? wait(named(kind, name ?? ''), around, Number.POSITIVE_INFINITY)
      : wait(`k8s://${kind}`, [...around, ...selectorOption(selector)], Number.POSITIVE_INFINITY);
  return { asks: [ask] };
};

/** https://github.com/airshipit/kubernetes-entrypoint: all by the environment. */
export const kubernetesEntrypoint: ProgramReader = ({ args, variable }) => {
  if (args.length > 0) throw new Unsure('kubernetes-entrypoint is given words that are not known');
  const text = (name: string) => variable(`DEPENDENCY_${name}`)?.trim() ?? '';
  for (const name of ['DAEMONSET', 'CONTAINER', 'SOCKET', 'CONFIG', 'CUSTOM_RESOURCE'])
    if (text(name) !== '' && text(name) !== '[]') throw new Unsure(`DEPENDENCY_${name}: no target asks so`);
  const list = (name: string) =>
    text(name)
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== '');
  const object = (resource: string) => (each: string) => {
    const [first = '', second] = each.split(':');
    const [namespace, name] = second === undefined ? [undefined, first] : [first, second];
    return wait(named(resource, name), namespaceOption(namespace), Number.POSITIVE_INFINITY);
  };
  const asks: WaitAsk[] = [
    ...list('SERVICE').map(object('service')),
    ...list('JOBS').map(object('job')),
    ...labelled(text('JOBS_JSON'), 'DEPENDENCY_JOBS_JSON', 'job'),
    ...labelled(text('POD_JSON'), 'DEPENDENCY_POD_JSON', 'pod'),
  ];
  if (asks.length === 0) throw new Unsure('kubernetes-entrypoint is given no dependency');
  const command = variable('COMMAND')?.trim();
  return command === undefined ? { asks } : { asks, next: command.split(/\s+/) };
};

function labelled(text: string, variable: string, resource: string): WaitAsk[] {
  if (text === '') return [];
  let items: unknown;
  try {
    items = JSON.parse(text);
  } catch {
    throw new Unsure(`${variable} is not plain JSON`);
  }
  if (items === null) return [];
  if (!Array.isArray(items)) throw new Unsure(`${variable} is not a list`);
  return items.map((item: Record<string, unknown>) => {
    const { namespace, name, labels, ...rest } = item;
    const { requireSameNode, ...surplus } = rest;
    if (requireSameNode === true) throw new Unsure(`${variable}: requireSameNode has no option`);
    if (Object.keys(surplus).length > 0) throw new Unsure(`${variable} holds what is not known`);
    const around = typeof namespace === 'string' && namespace !== '' ? namespaceOption(namespace) : [];
    if (typeof name === 'string' && name !== '') {
      if (resource === 'pod' || (labels !== undefined && labels !== null))
        throw new Unsure(`${variable} names an object with labels`);
      return wait(named(resource, name), around, Number.POSITIVE_INFINITY);
    }
    const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
    return wait(`k8s://${resource}`, [...around, ...selectorOption(pairs.join(','))], Number.POSITIVE_INFINITY);
  });
}
