// Faults of a wait step that show only when its targets and its options are seen together. Pure.
import { isAddress } from '../core/address.ts';
import { formatDuration } from '../core/duration.ts';
import { Failure } from '../core/failure.ts';
import { checkLogin } from './check-login.ts';
import { k8sResource } from './k8s-resources.ts';
import { parseTarget, socketPathFault, type Target } from './target.ts';
import { targetKinds } from './target-kinds.ts';
import { type WaitOptions, waitOptions } from './wait-options.ts';

/**
 * Checks the targets, and whether the options suit them.
 * @param values with what the environment gives, which may be meant for other steps
 * @param given what the step itself says
 * @throws Failure USAGE
 */
export function checkWait(texts: readonly string[], values: WaitOptions, given: WaitOptions): void {
  const fault = (what: string) => new Failure('USAGE', `wait: ${what}`);
  if (texts.length === 0) throw fault('names no target, such as tcp://db:5432');
  const targets = texts.map(parseTarget);
  const { atLeast, splayMs, deadlineMs } = values;
  if (given.any && given.atLeast !== undefined) throw fault('--any and --at-least do not go together');
  if (atLeast !== undefined && atLeast > targets.length && given.atLeast !== undefined) {
    throw fault(`--at-least: there ${targets.length === 1 ? 'is 1 target' : `are ${targets.length} targets`} only`);
  }
  if ((given.certFile === undefined) !== (given.keyFile === undefined)) {
    throw fault('--cert-file and --key-file go together');
  }
  if (given.body !== undefined && (values.method === 'GET' || values.method === 'HEAD')) {
    throw fault('--body needs --method POST or PUT');
  }
  const long = given.unixSocket === undefined ? undefined : socketPathFault(given.unixSocket);
  if (long !== undefined) throw fault(`--unix-socket: ${long}`);
  if (splayMs >= deadlineMs) throw fault(`--splay: must be shorter than the deadline, ${formatDuration(deadlineMs)}`);

  if (given.holdMs > 0 && given.holdMs >= values.timeoutMs) {
    throw fault(`--hold: must be shorter than the timeout of an attempt, ${formatDuration(values.timeoutMs)}`);
  }
  for (const target of targets) {
    if (target.kind === 'k8s') checkScope(target, given, fault);
    if (target.kind === 'k8s' && k8sResource(target.resource)?.plural === 'services' && target.name === '') {
      throw fault(`${target.text} names no Service: give its name, such as k8s://service/db`);
    }
    if (target.kind === 'k8s' && (target.name === '') !== (values.selector !== undefined)) {
      throw fault(
        target.name === ''
          ? `${target.text} names no object: give a name, such as ${target.text}/NAME, or --selector`
          : `${target.text} names an object: --selector is for targets without a name`,
      );
    }
    if (target.kind === 'dns' && isAddress(target.name) && values.record !== 'PTR') {
      throw new Failure(
        'USAGE',
        `target ${JSON.stringify(target.text)}: is an address, not a name that could be looked up; --record PTR asks for its name`,
      );
    }
  }
  checkLogin(targets, values, given);
  for (const [name, option] of Object.entries(waitOptions)) {
    const value = given[name as keyof WaitOptions];
    const isGiven = Array.isArray(value) ? value.length > 0 : value !== option.default;
    if (!isGiven) continue;
    const takers = Object.entries(targetKinds).filter(([, { options }]) => (options as string[]).includes(name));
    const kinds = takers.map(([kind]) => kind);
    if (kinds.length > 0 && !targets.some(({ kind }) => kinds.includes(kind))) {
      throw fault(`--${option.flag} is for ${kinds.join(' and ')} targets, and none of these is one`);
    }
  }
}

/** Objects of the cluster are in no namespace; of custom resources only the user, or the cluster, knows. */
function checkScope(
  { resource, text }: Extract<Target, { kind: 'k8s' }>,
  { namespace, clusterScoped }: WaitOptions,
  fault: (what: string) => Failure,
): void {
  const isNamespaced = k8sResource(resource)?.namespaced ?? !clusterScoped;
  if (!isNamespaced && namespace !== undefined) throw fault(`${text} is in no namespace: leave --namespace out`);
  if (isNamespaced && clusterScoped) throw fault(`${text} is in a namespace: leave --cluster-scoped out`);
}
