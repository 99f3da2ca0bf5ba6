// Numbers and booleans without quotes where Kubernetes takes only text.
import type { PlainValue } from '../../manifest/plain-scalar.ts';
import type { Rule } from '../rule.ts';
import type { Value } from '../value.ts';
import type { LintObject } from '../world.ts';

export const stringValue: Rule = {
  id: 'string-value',
  severity: 'error',
  reason:
    'kubectl reads YAML 1.1: `on`, `yes`, `y` and `no` are booleans, `0644` is 420, `1_000` is 1000, `1e3` is a number. Where a text belongs (variables, arguments, labels, annotations, data) the API server refuses them: "cannot unmarshal number into Go struct field".',
  cure: 'Put it in quotes. `--fix` does.',
  example: {
    bad: `    env:
    - name: VERBOSE
      value: yes`,
    good: `    env:
    - name: VERBOSE
      value: "yes"`,
  },
  *check(object) {
    for (const { at, what } of textPlaces(object)) {
      const { typed, text } = at;
      if (typed === undefined || text === undefined || (typed.kind !== 'number' && typed.kind !== 'boolean')) continue;
      const quoted = JSON.stringify(text);
      yield {
        at,
        message: `${what} is ${meaning(typed)}, not text: the API server refuses it`,
        cure: `write ${quoted}`,
        fix: quoted,
      };
    }
  },
};

const meaning = (typed: PlainValue) =>
  typed.kind === 'number' ? `the number ${typed.value}` : typed.kind === 'boolean' ? `the boolean ${typed.value}` : '';

interface TextPlace {
  readonly at: Value;
  readonly what: string;
}

function* textPlaces({ kind, value, pod }: LintObject): Generator<TextPlace> {
  for (const key of ['name', 'namespace']) yield* single(value.get('metadata'), key);
  for (const holder of new Set([value, ...(pod === undefined ? [] : [pod.template])])) {
    for (const map of ['labels', 'annotations']) yield* all(holder.get('metadata', map), map);
  }
  if (kind === 'ConfigMap') yield* all(value.get('data'), 'data');
  if (kind === 'Secret') yield* all(value.get('stringData'), 'stringData');
  if (kind === 'Service') yield* all(value.get('spec', 'selector'), 'selector');
  if (pod === undefined) return;
  yield* all(value.get('spec', 'selector', 'matchLabels'), 'matchLabels');
  yield* all(pod.spec.get('nodeSelector'), 'nodeSelector');
  for (const { value: container } of pod.containers) {
    for (const key of ['name', 'image', 'workingDir']) yield* single(container, key);
    for (const list of ['command', 'args']) {
      for (const at of container.list(list)) yield { at, what: `an item of ${list}` };
    }
    for (const variable of container.list('env')) {
      yield* single(variable, 'name');
      const at = variable.get('value');
      if (at !== undefined) yield { at, what: `the value of ${variable.textAt('name') ?? 'a variable'}` };
    }
    for (const mount of container.list('volumeMounts')) {
      for (const key of ['name', 'mountPath', 'subPath']) yield* single(mount, key);
    }
  }
  for (const { value: volume } of pod.volumes) yield* single(volume, 'name');
}

function* single(holder: Value | undefined, key: string): Generator<TextPlace> {
  const at = holder?.get(key);
  if (at !== undefined) yield { at, what: key };
}

function* all(map: Value | undefined, what: string): Generator<TextPlace> {
  for (const { key, value } of map?.entries ?? [])
    if (key.text !== '<<') yield { at: value, what: `${what}.${key.text}` };
}
