// The ValidatingAdmissionPolicy: it answers a misspelt annotation with what would have been right, where it was written:
// at a Deployment already, not at a pod that nobody sees.
// https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
import { type OptionTable, stepOptions, targetSchemes } from '../../../helper/src/contract/index.ts';
import { flowList, flowMap, list, literal, map, type NewNode } from '../manifest/node.ts';
import { annotations, foreignAnnotations, positions } from './annotations.ts';
import { celText, celTexts, linesOf } from './cel.ts';
import { variablesOf } from './mutation.ts';

const { wait, fetch, plan, container } = annotations;
const keys: readonly string[] = Object.values(annotations).map(({ key }) => key);

/** Ours, and what a slip makes of it. */
const prefixes = '^gree?n?-?roo?m[^/]*/';
const every = celTexts(keys);
const quoted = (cel: string) => `'"' + ${cel} + '"'`;
const joined = (texts: string) => `${texts}.join(', ')`;

/** The template of an object, and its annotations; `whose` is `object` or `oldObject`. Untyped: it may be of any kind. */
const templateOf = (whose: string) =>
  [
    `request.kind.kind == 'Pod' ? dyn(${whose})`,
    `: request.kind.kind == 'CronJob' ? dyn(${whose}).spec.jobTemplate.spec.template`,
    `: dyn(${whose}).spec.template`,
  ].join('\n');

const notesOf = (tree: string) =>
  `has(${tree}.metadata) && has(${tree}.metadata.annotations) ? ${tree}.metadata.annotations : {}`;

const optionsOf = (table: OptionTable) => Object.values(table);
const flagsOf = (table: OptionTable) => celTexts(optionsOf(table).map(({ flag }) => `--${flag}`));

/** Words of the lines that look like options; a line with quotes is left to the helper, which knows them. */
const optionWords = (lines: string) =>
  `${lines}.filter(line, !line.matches('["\\']')).map(line, line.findAll('(?:^|\\\\s)--?[^\\\\s=]*')).flatten().map(word, word.trim())`;

const durationFlags = [
  ...new Set(
    Object.values(stepOptions)
      .flatMap(optionsOf)
      .filter(({ kind }) => kind === 'duration')
      .map(({ flag }) => flag),
  ),
].join('|');

/** The words that a line begins with, up to its first option. */
const operandsOf = (line: string) => `${line}.find('^(?:[^-\\\\s]\\\\S*\\\\s*)+').findAll('\\\\S+')`;

const variables = {
  keys: every,
  waitFlags: flagsOf(stepOptions.wait),
  fetchFlags: flagsOf(stepOptions.fetch),
  template: templateOf('object'),
  notes: notesOf('variables.template'),
  waits: linesOf('variables.notes', wait.key),
  fetches: linesOf('variables.notes', fetch.key),
  // of a misspelt prefix, too
  unknown: [
    `variables.notes.filter(key, key.matches(${celText(prefixes)})`,
    `  && !(key in variables.keys + ${celTexts(foreignAnnotations)}))`,
  ].join('\n'),
  targets: `variables.waits.map(line, ${operandsOf('line')}).flatten()`,
  faultyTargets: `variables.targets.filter(word, !word.matches('^(?:${Object.keys(targetSchemes).join('|')})://.'))`,
  faultyOptions: [
    `${optionWords('variables.waits')}.filter(word, !(word in variables.waitFlags))`,
    `+ ${optionWords('variables.fetches')}.filter(word, !(word in variables.fetchFlags))`,
  ].join('\n'),
  nearOptions: [
    '(variables.waitFlags + variables.fetchFlags).filter(flag,',
    '  variables.faultyOptions.exists(word, size(word) > 4 && flag.startsWith(word.substring(0, 5)))).distinct()',
  ].join('\n'),
  faultyDurations: [
    "(variables.waits + variables.fetches).filter(line, !line.matches('[\"\\']'))",
    `  .map(line, line.findAll('--(?:${durationFlags})(?:=|\\\\s+)[^-\\\\s]\\\\S*')).flatten()`,
    "  .filter(text, !text.matches('(?:=|\\\\s)(?:\\\\d+(?:\\\\.\\\\d+)?(?:h|m|s|ms))+$'))",
  ].join('\n'),
  containers: 'has(variables.template.spec) ? variables.template.spec.containers : []',
  app: `variables.containers.filter(app, ${celText(container.key)} in variables.notes ? app.name == variables.notes[${celText(container.key)}] : app.name == variables.containers[0].name)`,
  // what the app sees of the steps: where files are fetched to, and what is waited for on a volume
  paths: [
    `variables.fetches.map(line, ${operandsOf('line')}).filter(words, size(words) == 2).map(words, words[1])`,
    `+ variables.targets.filter(word, word.matches('^(?:file|unix):///')).map(word, word.substring(7))`,
  ].join('\n'),
  homeless: [
    'variables.paths.filter(path, !variables.app.exists(app, has(app.volumeMounts)',
    "  && app.volumeMounts.exists(mount, (path + '/').startsWith(mount.mountPath + '/'))))",
  ].join('\n'),
} as const;

interface Rule {
  /** CEL; what must be so. */
  readonly holds: string;
  /** CEL that gives the sentence. */
  readonly sentence: string;
}

const has = (...some: readonly string[]) => `${celTexts(some)}.exists(key, key in variables.notes)`;

/** The known key that a misspelt one was meant for: by a word in it, else by its first letter. */
const nearest = `variables.keys.filter(known, key.substring(key.indexOf('/') + 1).lowerAscii().startsWith(known.split('/')[1].substring(0, 1)))`;

const rules: readonly Rule[] = [
  {
    holds: 'size(variables.unknown) == 0',
    sentence: [
      `variables.unknown.map(key, 'annotation ' + key + ' is not known; '`,
      `  + (size(${nearest}) > 0 ? 'did you mean ' + ${nearest}[0] + '?' : 'it is one of ' + ${joined('variables.keys')})).join('; ')`,
    ].join('\n'),
  },
  {
    // (a ReplicaSet has those of its Deployment)
    holds: [
      "request.kind.kind in ['Pod', 'ReplicaSet'] || !has(object.metadata.annotations)",
      `|| variables.keys.all(key, !(key in object.metadata.annotations))`,
    ].join('\n'),
    sentence: [
      `variables.keys.filter(key, key in object.metadata.annotations)[0] + ' stands at the ' + request.kind.kind`,
      "  + ', where nothing reads it: write it into ' + (request.kind.kind == 'CronJob' ? 'spec.jobTemplate.' : '')",
      "  + 'spec.template.metadata.annotations'",
    ].join('\n'),
  },
  {
    holds: `!(${celText(plan.key)} in variables.notes) || !(${has(wait.key, fetch.key)})`,
    sentence: celText(`${plan.key} is in place of ${wait.key} and ${fetch.key}: write their steps into the plan`),
  },
  {
    holds: `${celTexts([wait.key, fetch.key, plan.key])}.all(key, !(key in variables.notes) || variables.notes[key].trim() != '')`,
    sentence: `${celTexts([wait.key, fetch.key, plan.key])}.filter(key, key in variables.notes && variables.notes[key].trim() == '')[0] + ' says nothing'`,
  },
  {
    holds: "size(variables.faultyTargets) == 0 && variables.waits.all(line, line.contains('://'))",
    sentence: [
      `${celText(`${wait.key}: `)} + (size(variables.faultyTargets) == 0 ? 'a line names no target, such as tcp://db:5432'`,
      `  : variables.faultyTargets.map(word, ${quoted('word')}`,
      "    + (word.matches('^[\\\\w.-]+:\\\\d+$') ? ' has no scheme; did you mean tcp://' + word + '?'",
      "      : word.matches('^[a-z0-9.-]+$') ? ' has no scheme; did you mean dns://' + word + '?'",
      `      : ' is no target: it begins with one of ${Object.keys(targetSchemes).join(', ')}, then ://')).join('; '))`,
    ].join('\n'),
  },
  {
    holds: 'size(variables.faultyOptions) == 0',
    sentence: [
      `'unknown option ' + ${joined('variables.faultyOptions')}`,
      "  + (size(variables.nearOptions) == 0 ? '' : '; did you mean ' + variables.nearOptions.join(' or ') + '?')",
    ].join('\n'),
  },
  {
    holds: 'size(variables.faultyDurations) == 0',
    sentence: `variables.faultyDurations[0] + ' is not a duration with a unit, such as 30s, 5m or 1m30s'`,
  },
  {
    holds: `variables.fetches.all(line, line.startsWith('-') || size(${operandsOf('line')}) == 2)`,
    sentence: celText(`${fetch.key}: a line takes a source and a destination, such as https://example.org/a /data/a`),
  },
  {
    holds: `!(${has(wait.key, fetch.key, plan.key)}) || size(variables.app) > 0`,
    sentence: `${celText(`${container.key}: the pod has no container `)} + ${quoted(`variables.notes[${celText(container.key)}]`)} + '; it has ' + ${joined('variables.containers.map(one, one.name)')}`,
  },
  {
    holds: 'size(variables.app) == 0 || size(variables.homeless) == 0',
    sentence: [
      "'container ' + variables.app[0].name + ' mounts no volume at ' + variables.homeless[0]",
      "  + ': mount one there (an emptyDir will do), so that the init container and the app have the same files'",
    ].join('\n'),
  },
];

const templates: readonly (readonly [group: string, resources: readonly string[], operations: readonly string[]])[] = [
  ['', ['pods'], ['CREATE']],
  ['', ['replicationcontrollers'], ['CREATE', 'UPDATE']],
  ['apps', ['deployments', 'statefulsets', 'daemonsets', 'replicasets'], ['CREATE', 'UPDATE']],
  ['batch', ['jobs', 'cronjobs'], ['CREATE', 'UPDATE']],
];

/** All annotations with our prefix, of an object and of its template, as texts. */
const oursIn = (whose: string) => {
  const trees = [`dyn(${whose})`, `(${templateOf(whose).replaceAll('\n', ' ')})`];
  return `[${trees.map(notesOf).join(', ')}].map(notes, notes.filter(key, key.matches(${celText(prefixes)})).map(key, key + notes[key])).flatten()`;
};

/** What was there before the policy stays: it is asked only of what is new, or whose annotations changed. */
const isNew = `request.operation == 'CREATE' || !sets.equivalent(\n  ${oursIn('object')},\n  ${oursIn('oldObject')})`;

/** For pods that were to get the init container and did not, rather than let them start without. */
const acted = (name: string, namespace: string | undefined): Rule => ({
  holds: [
    `request.kind.kind != 'Pod' || !(${has(wait.key, fetch.key, plan.key)})`,
    `|| has(object.spec.initContainers) && object.spec.initContainers.exists(one, one.name == ${celText(name)})`,
  ].join('\n'),
  sentence: celText(
    namespace === undefined
      ? `the MutatingAdmissionPolicy ${name} has not added its init container: it and its binding must be there`
      : `the init container ${name} could not be added: ConfigMap ${namespace}/${name} must be there, with an image and a position that is one of ${Object.keys(positions).join(', ')}`,
  ),
});

/**
 * @param name of the policy, its ConfigMap and the init container
 * @param namespace of the ConfigMap; undefined: there is none
 */
export function validatingPolicy(name: string, namespace: string | undefined): NewNode {
  return map({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: map({ name }),
    spec: map({
      failurePolicy: 'Fail',
      matchConstraints: map({
        resourceRules: list(
          templates.map(([group, resources, operations]) =>
            flowMap({
              apiGroups: flowList([group]),
              apiVersions: flowList(['v1']),
              operations: flowList(operations),
              resources: flowList(resources),
            }),
          ),
        ),
      }),
      matchConditions: list([map({ name: 'annotations-are-new', expression: literal(isNew) })]),
      variables: variablesOf(variables),
      validations: list(
        [...rules, acted(name, namespace)].map(({ holds, sentence }) =>
          map({ expression: literal(holds), messageExpression: literal(sentence) }),
        ),
      ),
    }),
  });
}
