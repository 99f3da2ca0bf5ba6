// Objects of a manifest → the workloads that can be rehearsed.
import { Fault } from '../../fault.ts';
import type { JobRules, PodFailureRule } from '../kubelet/job-rules.ts';
import type { ManifestObject } from './documents.ts';
import type { Fields } from './fields.ts';
import type { PodSpec } from './pod-spec.ts';
import { readPod } from './read-pod.ts';

export interface Workload {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  /** As a controller would name it, with letters in place of chance. */
  readonly podName: string;
  readonly pod: PodSpec;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** How many there would be; one is rehearsed. */
  readonly pods: number;
  readonly job: JobRules | undefined;
  /** The pod's spec and the workload's own, as they stand in the manifest. */
  readonly podFields: Fields;
  readonly workloadFields: Fields;
}

const suffixes: Readonly<Record<string, string>> = {
  Pod: '',
  Deployment: '-5d4f7c9b6-x2x7k',
  ReplicaSet: '-x2x7k',
  ReplicationController: '-x2x7k',
  StatefulSet: '-0',
  DaemonSet: '-x2x7k',
  Job: '-x2x7k',
  CronJob: '-29000000-x2x7k',
};

/** The kinds that a rehearsal knows. */
export const workloadKinds: readonly string[] = Object.keys(suffixes);

/**
 * Reads every workload among the objects.
 * @param namespace for those that name none
 * @throws Fault input, naming the field
 */
export function readWorkloads(objects: readonly ManifestObject[], namespace: string): Workload[] {
  return objects
    .filter(({ kind }) => workloadKinds.includes(kind))
    .map((object) => {
      const { kind, fields } = object;
      const spec = required(fields, 'spec');
      const jobSpec = kind === 'CronJob' ? required(required(spec, 'jobTemplate'), 'spec') : spec;
      const template = kind === 'Pod' ? fields : required(jobSpec, 'template');
      const metadata = template.fields('metadata');
      const claims = kind === 'StatefulSet' ? spec.list('volumeClaimTemplates') : [];
      const pod = readPod(
        required(template, 'spec'),
        claims.map((claim) => required(claim, 'metadata').requiredText('name')),
      );
      const isJob = kind === 'Job' || kind === 'CronJob';
      if (isJob && pod.restartPolicy === 'Always') {
        const cure = 'write restartPolicy: Never or OnFailure; a Job takes no other';
        throw new Fault('input', `${fields.where}: its pods have restartPolicy Always`, { cure });
      }
      if (!isJob && kind !== 'Pod' && pod.restartPolicy !== 'Always') {
        const cure = `leave it out; a ${kind} takes no other than Always`;
        throw new Fault('input', `${fields.where}: its pods have restartPolicy ${pod.restartPolicy}`, { cure });
      }
      return {
        kind,
        name: object.name,
        namespace: object.namespace ?? namespace,
        podName: `${object.name}${suffixes[kind]}`,
        pod,
        labels: metadata?.textMap('labels') ?? {},
        annotations: metadata?.textMap('annotations') ?? {},
        pods: isJob ? (jobSpec.number('completions') ?? 1) : kind === 'Pod' ? 1 : (spec.number('replicas') ?? 1),
        job: isJob ? readJob(jobSpec, pod) : undefined,
        podFields: required(template, 'spec'),
        workloadFields: jobSpec,
      };
    });
}

function readJob(spec: Fields, pod: PodSpec): JobRules {
  const deadlineSeconds = spec.number('activeDeadlineSeconds');
  return {
    restartPolicy: pod.restartPolicy,
    backoffLimit: spec.number('backoffLimit') ?? 6,
    activeDeadlineMs: deadlineSeconds === undefined ? undefined : deadlineSeconds * 1_000,
    // rules on pod conditions speak of evictions, which no rehearsal has
    podFailureRules: (spec.fields('podFailurePolicy')?.list('rules') ?? [])
      .filter((rule) => rule.fields('onExitCodes') !== undefined)
      .map(readFailureRule),
  };
}

function readFailureRule(rule: Fields): PodFailureRule {
  const action = rule.requiredText('action');
  const exitCodes = required(rule, 'onExitCodes');
  const operator = exitCodes.requiredText('operator');
  if (action !== 'FailJob' && action !== 'Ignore' && action !== 'Count') {
    throw new Fault('input', `${rule.where}: a rehearsal knows FailJob, Ignore and Count, not ${action}`);
  }
  if (operator !== 'In' && operator !== 'NotIn') {
    throw new Fault('input', `${rule.where}: the operator must be In or NotIn, not ${operator}`);
  }
  return { action, operator, container: exitCodes.text('containerName'), exitCodes: exitCodes.numbers('values') };
}

function required(fields: Fields, name: string): Fields {
  const child = fields.fields(name);
  if (child === undefined) throw new Fault('input', `${fields.where}: has no ${name}`);
  return child;
}
