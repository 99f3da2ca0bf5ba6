// What a service waits for → steps of the helper, at least as strict as the condition; or why there is none.
import { parseStep, type Step } from '../../../../helper/src/contract/index.ts';
import type { WaitAsk } from '../ask.ts';
import { judge } from '../judge.ts';
import { Unsure } from '../script/syntax.ts';
import { type Dependency, isFilledIn, type Service } from './read.ts';

/** A dependency that has no step, and why. */
export interface Missing {
  readonly dependency: Dependency;
  readonly why: string;
}

export interface ServiceSteps {
  readonly service: Service;
  readonly steps: readonly Step[];
  readonly missing: readonly Missing[];
}

/** For each service that waits for others, what it waits for. */
export function composeSteps(services: readonly Service[]): ServiceSteps[] {
  return services.flatMap((service): ServiceSteps[] => {
    if (service.dependencies.length === 0) return [];
    const missing: Missing[] = [];
    const lines = service.dependencies.flatMap((dependency) => {
      try {
        return [lineFor(dependency, services)];
      } catch (error) {
        if (!(error instanceof Unsure)) throw error;
        missing.push({ dependency, why: error.message });
        return [];
      }
    });
    return [{ service, steps: merged(lines), missing }];
  });
}

interface Line {
  readonly target: string;
  readonly options: readonly string[];
}

/** One step for all targets that are asked alike. */
function merged(lines: readonly Line[]): Step[] {
  const groups = Map.groupBy(lines, ({ options }) => options.join(' '));
  return [...groups.values()].map((group) =>
    parseStep(['wait', ...(group[0]?.options ?? []), ...group.map(({ target }) => target)]),
  );
}

function lineFor({ name, condition, required }: Dependency, services: readonly Service[]): Line {
  const service = services.find((each) => each.name === name);
  if (!required) throw new Unsure('it is not required');
  if (service === undefined) throw new Unsure(`there is no service ${name} in this file`);
  if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(name))
    throw new Unsure(`${name} cannot name a Service of Kubernetes`);
  switch (condition) {
    case 'service_started':
      return { target: startedTarget(service), options: [] };
    case 'service_healthy':
      return healthyLine(service);
    case 'service_completed_successfully':
      return { target: `k8s://job/${name}`, options: [] };
    default:
      throw new Unsure(`the condition ${condition} is not known`);
  }
}

// images whose servers the helper asks in their own protocol, at the port that they listen on unless told otherwise
const servers: readonly (readonly [RegExp, string])[] = [
  [/^(?:postgres|postgis|timescaledb|pgvector)$/, 'postgres'],
  [/^(?:mysql|mariadb|percona)$/, 'mysql'],
  [/^(?:redis|valkey)$/, 'redis'],
  [/^(?:mongo|mongodb)$/, 'mongodb'],
  [/^rabbitmq$/, 'amqp'],
  [/^memcached$/, 'memcached'],
  [/^nats$/, 'nats'],
];

function startedTarget({ name, image, ports }: Service): string {
  const base = image
    .replace(/@.*$/s, '')
    .replace(/:[^/:]*$/, '')
    .replace(/^.*\//, '');
  const scheme = servers.find(([pattern]) => pattern.test(base))?.[1];
  if (scheme !== undefined && !isFilledIn(image)) return `${scheme}://${name}`;
  const [port] = ports;
  if (port === undefined) throw new Unsure(`${name} names no port that could be asked`);
  return `tcp://${name}:${port}`;
}

const loopback = /^(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])$/;

/** The health check, asked from another pod. */
function healthyLine({ name, healthcheck, environment }: Service): Line {
  if (healthcheck === undefined)
    throw new Unsure(`${name} has no health check in this file: that of its image is not known`);
  if (healthcheck.some(isFilledIn)) throw new Unsure('the health check has variables that compose fills in');
  const words = healthcheck.map((word) => word.replaceAll('$$', '$'));
  const { judged } = judge(words, environment, { self: 'localhost' });
  const [only, ...others] = judged;
  if (only === undefined || others.length > 0 || only.ask.kind !== 'wait' || only.ask.targets.length !== 1)
    throw new Unsure(`the health check of ${name} asks for several things`);
  return fromElsewhere(only.ask, name);
}

function fromElsewhere({ targets: [text = ''], options }: WaitAsk, name: string): Line {
  const [, scheme, host = '', rest] = /^([a-z0-9]+):\/\/(\[[^\]]*\]|[^:/]*)(.*)$/s.exec(text) ?? [];
  if (scheme === undefined || !loopback.test(host))
    throw new Unsure(`the health check of ${name} does not ask ${name} itself`);
  return { target: `${scheme}://${name}${rest}`, options };
}
