// A manifest's pod spec → what a rehearsal has to know of it.
import { Fault } from '../../fault.ts';
import type { RestartPolicy, RestartRule } from '../kubelet/restart-rules.ts';
import type { Fields } from './fields.ts';
import type { Container, Mount, PodSpec, StartupProbe, Variable } from './pod-spec.ts';
import { readReference, readVolumes, readWholeObject } from './read-volumes.ts';

const restartPolicies = ['Always', 'OnFailure', 'Never'] as const;

/**
 * @param claims the names of its StatefulSet's volumeClaimTemplates
 * @throws Fault input, naming the field
 */
export function readPod(spec: Fields, claims: readonly string[]): PodSpec {
  const restartPolicy = readPolicy(spec) ?? 'Always';
  const containers = [
    ...spec.list('initContainers').map((container) => {
      // a sidecar is what Kubernetes calls an init container with restartPolicy Always
      const isSidecar = readPolicy(container) === 'Always';
      return readContainer(container, isSidecar ? 'sidecar' : 'init');
    }),
    ...spec.list('containers').map((container) => readContainer(container, 'app')),
  ];
  if (!containers.some(({ rules: { role } }) => role === 'app')) {
    throw new Fault('input', `${spec.where}: has no containers`);
  }
  const names = containers.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Fault('input', `${spec.where}: two containers are called ${twice}`);
  const volumes = readVolumes(spec, claims);
  for (const container of containers) {
    const lost = container.mounts.find(({ volume }) => !volumes.some(({ name }) => name === volume));
    if (lost !== undefined) {
      throw new Fault('input', `container ${container.name} mounts ${lost.volume}, which is no volume of the pod`);
    }
  }
  const dnsConfig = spec.fields('dnsConfig');
  return {
    restartPolicy,
    containers,
    volumes,
    activeDeadlineMs: milliseconds(spec.number('activeDeadlineSeconds')),
    graceMs: milliseconds(spec.number('terminationGracePeriodSeconds')) ?? 30_000,
    serviceAccount: spec.text('serviceAccountName') ?? 'default',
    serviceLinks: spec.flag('enableServiceLinks') ?? true,
    hostname: spec.text('hostname'),
    hostAliases: spec
      .list('hostAliases')
      .map((alias) => ({ address: alias.requiredText('ip'), names: alias.texts('hostnames') ?? [] })),
    dns: {
      policy: spec.text('dnsPolicy') ?? 'ClusterFirst',
      searches: dnsConfig?.texts('searches') ?? [],
      options: (dnsConfig?.list('options') ?? []).map((option) => {
        const value = option.text('value');
        return value === undefined ? option.requiredText('name') : `${option.requiredText('name')}:${value}`;
      }),
    },
  };
}

function readContainer(container: Fields, role: 'init' | 'sidecar' | 'app'): Container {
  const name = container.requiredText('name');
  const startupProbe = readProbe(container.fields('startupProbe'), container);
  const restartPolicy = role === 'sidecar' ? undefined : readPolicy(container);
  const resources = container.fields('resources');
  return {
    name,
    image: container.requiredText('image'),
    rules: {
      name,
      role,
      restartPolicy,
      restartRules: role === 'sidecar' ? [] : container.list('restartPolicyRules').map(readRule),
      hasStartupProbe: startupProbe !== undefined,
    },
    command: container.texts('command'),
    args: container.texts('args') ?? [],
    environments: container.list('envFrom').map((source) => readWholeObject(source, source.text('prefix') ?? '')),
    variables: container.list('env').map(readVariable),
    mounts: container.list('volumeMounts').map(readMount),
    startupProbe,
    terminationMessagePath: container.text('terminationMessagePath') ?? '/dev/termination-log',
    fallsBackToLogs: container.text('terminationMessagePolicy') === 'FallbackToLogsOnError',
    hasPostStart: container.fields('lifecycle')?.fields('postStart') !== undefined,
    resources: { ...quantities(resources?.fields('requests')), ...quantities(resources?.fields('limits')) },
  };
}

function readPolicy(fields: Fields): RestartPolicy | undefined {
  const policy = fields.text('restartPolicy');
  if (policy === undefined) return undefined;
  const known = restartPolicies.find((one) => one === policy);
  if (known !== undefined) return known;
  throw new Fault(
    'input',
    `${fields.where}: restartPolicy must be one of ${restartPolicies.join(', ')}, not ${policy}`,
  );
}

function readRule(rule: Fields): RestartRule {
  const action = rule.requiredText('action');
  if (action !== 'Restart') {
    throw new Fault('input', `${rule.where}: a rehearsal knows the action Restart, not ${action}`);
  }
  const exitCodes = rule.fields('exitCodes');
  const operator = exitCodes?.text('operator');
  if (exitCodes === undefined || (operator !== 'In' && operator !== 'NotIn')) {
    throw new Fault('input', `${rule.where}: needs exitCodes with an operator, In or NotIn`);
  }
  return { operator, exitCodes: exitCodes.numbers('values') };
}

function readVariable(variable: Fields): Variable {
  const name = variable.requiredText('name');
  const from = variable.fields('valueFrom');
  return {
    name,
    from: from === undefined ? { kind: 'value', value: variable.text('value') ?? '' } : readReference(from),
  };
}

function readMount(mount: Fields): Mount {
  const path = mount.requiredText('mountPath').replace(/(?<=.)\/+$/, '');
  if (!path.startsWith('/')) throw new Fault('input', `${mount.where}: the mountPath must be absolute`);
  return {
    volume: mount.requiredText('name'),
    path,
    subPath: mount.text('subPath') ?? mount.text('subPathExpr') ?? '',
    readOnly: mount.flag('readOnly') ?? false,
  };
}

function readProbe(probe: Fields | undefined, container: Fields): StartupProbe | undefined {
  if (probe === undefined) return undefined;
  const http = probe.fields('httpGet');
  const tcp = probe.fields('tcpSocket');
  const how =
    http !== undefined
      ? ({
          kind: 'http',
          port: readPort(http, container),
          path: http.text('path') ?? '/',
          tls: http.text('scheme') === 'HTTPS',
        } as const)
      : tcp !== undefined
        ? ({ kind: 'tcp', port: readPort(tcp, container) } as const)
        : ({ kind: probe.fields('grpc') === undefined ? 'exec' : 'grpc' } as const);
  return {
    how,
    initialDelayMs: milliseconds(probe.number('initialDelaySeconds')) ?? 0,
    periodMs: milliseconds(probe.number('periodSeconds')) ?? 10_000,
    timeoutMs: milliseconds(probe.number('timeoutSeconds')) ?? 1_000,
    failureThreshold: probe.number('failureThreshold') ?? 3,
  };
}

/** A port by its number, or by the name that it has in the container. */
function readPort(action: Fields, container: Fields): number {
  if (typeof action.value.port === 'number') return action.value.port;
  const name = action.requiredText('port');
  const named = container
    .list('ports')
    .find((port) => port.text('name') === name)
    ?.number('containerPort');
  if (named === undefined) throw new Fault('input', `${action.where}: the container has no port called ${name}`);
  return named;
}

function quantities(fields: Fields | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(fields?.value ?? {}).map(([name, value]) => [name, String(value)]));
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1_000;
}
