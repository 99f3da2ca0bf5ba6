// The MutatingAdmissionPolicy: CEL that puts the helper into a pod that asks for it by annotation.
// https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/
import { otherVariables, variableOf, waitOptions } from '../../../helper/src/contract/index.ts';
import { securityContext } from '../inject/container.ts';
import { meshProxies } from '../manifest/mesh-proxies.ts';
import { flowList, flowMap, list, literal, map, type NewNode } from '../manifest/node.ts';
import { annotations, type PolicySettings, positions, settingsOf, usualSettings } from './annotations.ts';
import { celObject, celText, celTexts, indent, linesOf } from './cel.ts';

const { wait, fetch, plan, container } = annotations;

const notes = 'object.metadata.annotations';

/** The paths that the steps name: destinations, files and sockets waited for, certificates. */
export const pathsIn = (texts: string): string =>
  `${texts}.map(text, text.findAll('/[^\\\\s"\\',\\\\]}]*')).flatten()\n  .map(path, path.startsWith('///') ? path.substring(2) : path)`;

const setting = (key: keyof typeof usualSettings) =>
  `${celText(key)} in variables.settings ? variables.settings[${celText(key)}] : ${celText(usualSettings[key])}`;

const variables = (name: string, settings: string): Readonly<Record<string, string>> => ({
  settings,
  position: setting('position'),
  // what cannot be done is left; the ValidatingAdmissionPolicy then says what is wrong
  able: `'image' in variables.settings && variables.position in ${celTexts(Object.keys(positions))}`,
  asked: [wait, fetch].map(({ key }) => `${celText(key)} in ${notes}`).join(' || '),
  // the helper reads JSON as it does YAML; the kubelet would take $(…) for a variable
  steps: [
    `${linesOf(notes, wait.key)}.map(line, 'wait ' + line)`,
    `+ ${linesOf(notes, fetch.key)}.map(line, 'fetch ' + line)`,
  ].join('\n'),
  plan: [
    `'[' + variables.steps.map(step, '"' + step.replace('\\\\', '\\\\\\\\').replace('"', '\\\\"').replace('\\t', ' ')`,
    `  .replace('$', '$$') + '"').join(', ') + ']'`,
  ].join('\n'),
  texts: `variables.asked ? variables.steps : [${notes}[${celText(plan.key)}]]`,
  paths: pathsIn('variables.texts'),
  app: `object.spec.containers.filter(app, ${celText(container.key)} in ${notes} ? app.name == ${notes}[${celText(container.key)}] : app.name == object.spec.containers[0].name)`,
  mounts: [
    'variables.app.filter(app, has(app.volumeMounts)).map(app, app.volumeMounts).flatten()',
    '  .filter(mount, !has(mount.subPathExpr)',
    "    && variables.paths.exists(path, path == mount.mountPath || path.startsWith(mount.mountPath + '/')))",
  ].join('\n'),
  there: 'has(object.spec.initContainers) ? object.spec.initContainers : []',
  own: `variables.there.map(one, one.name).indexOf(${celText(name)})`,
  others: `variables.there.filter(one, one.name != ${celText(name)})`,
  // requests that are not said were set to the limits before; a container less strict, and the pod is Burstable
  guaranteed: [
    '!has(object.spec.resources) && (object.spec.containers + variables.there).all(one,',
    '  has(one.resources) && has(one.resources.limits) && has(one.resources.requests)',
    "  && ['cpu', 'memory'].all(name, name in one.resources.limits && name in one.resources.requests",
    '    && quantity(string(one.resources.limits[name])).compareTo(quantity(string(one.resources.requests[name]))) == 0))',
  ].join('\n'),
  // a Guaranteed pod stays so, see ../inject/guaranteed.ts
  share: `{'cpu': string(object.spec.containers[0].resources.limits['cpu']), 'memory': string(${setting('memoryLimit')})}`,
  place: [
    "variables.position == 'first' ? 0",
    ": variables.position == 'last' ? size(variables.others)",
    ": variables.others.map(one, has(one.restartPolicy) && one.restartPolicy == 'Always'",
    `    && (variables.position == 'after-sidecars' || one.name in ${celTexts(meshProxies)})).lastIndexOf(true) + 1`,
  ].join('\n'),
});

const type = 'Object.spec.initContainers';

function helper(name: string): string {
  const variable = (fields: string) => `${type}.env{${fields}}`;
  const planName = celText(otherVariables.plan);
  const fromAnnotation = `${type}.env.valueFrom{fieldRef: ${type}.env.valueFrom.fieldRef{fieldPath: ${celText(`metadata.annotations['${plan.key}']`)}}}`;
  const deadline = celText(variableOf(waitOptions.deadlineMs));
  const env = [
    '[',
    `  variables.asked ? ${variable(`name: ${planName}, value: variables.plan`)}`,
    `  : ${variable(`name: ${planName}, valueFrom: ${fromAnnotation}`)}`,
    `] + (!('deadline' in variables.settings) ? []`,
    `  : [${variable(`name: ${deadline}, value: variables.settings['deadline']`)}])`,
  ].join('\n');
  const resources = [
    `variables.guaranteed ? ${type}.resources{requests: variables.share, limits: variables.share}`,
    `: ${type}.resources{`,
    `  requests: {'cpu': ${setting('cpuRequest')}, 'memory': ${setting('memoryRequest')}},`,
    `  limits: {'memory': ${setting('memoryLimit')}}`,
    '}',
  ].join('\n');
  const mount = `${type}.volumeMounts{name: mount.name, mountPath: mount.mountPath, subPath: has(mount.subPath) ? mount.subPath : ''}`;
  return celObject(map({ name, args: flowList(['run']), securityContext }), type, {
    image: { cel: "variables.settings['image']" },
    env: { cel: env },
    resources: { cel: resources },
    volumeMounts: { cel: `variables.mounts.map(mount, ${mount})` },
  });
}

/** What is there already is put where it belongs: a webhook may have brought a proxy meanwhile. */
function patch(name: string): string {
  const path = (index: string) => `'/spec/initContainers/' + string(variables.${index})`;
  return [
    'variables.own == variables.place || !variables.able ? []',
    `: variables.own != -1 ? [JSONPatch{op: 'move', from: ${path('own')}, path: ${path('place')}}]`,
    ": (has(object.spec.initContainers) ? [] : [JSONPatch{op: 'add', path: '/spec/initContainers', value: []}])",
    `  + [JSONPatch{op: 'add', path: ${path('place')}, value: ${indent(helper(name)).trimStart()}}]`,
  ].join('\n');
}

/**
 * @param name of the policy, and of the init container
 * @param settings undefined: those of a ConfigMap that the binding names
 */
export function mutatingPolicy(name: string, settings: PolicySettings | undefined): NewNode {
  const fixed = Object.entries(settings === undefined ? {} : settingsOf(settings));
  const given =
    settings === undefined
      ? "has(params.data) ? params.data : {'': ''}"
      : `{${fixed.map(([key, value]) => `${celText(key)}: ${celText(value)}`).join(', ')}}`;
  const keys = celTexts([wait.key, fetch.key, plan.key]);
  return map({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingAdmissionPolicy',
    metadata: map({ name }),
    spec: map({
      failurePolicy: 'Fail',
      // a webhook that runs later may bring containers: ours is looked at once more
      reinvocationPolicy: 'IfNeeded',
      paramKind: settings === undefined ? flowMap({ apiVersion: 'v1', kind: 'ConfigMap' }) : undefined,
      matchConstraints: map({
        resourceRules: list([
          flowMap({
            apiGroups: flowList(['']),
            apiVersions: flowList(['v1']),
            operations: flowList(['CREATE']),
            resources: flowList(['pods']),
          }),
        ]),
      }),
      matchConditions: list([
        map({
          name: 'annotated',
          expression: literal(`has(${notes}) && ${keys}.exists(key, key in ${notes})`),
        }),
      ]),
      variables: variablesOf(variables(name, given)),
      mutations: list([map({ patchType: 'JSONPatch', jsonPatch: map({ expression: literal(patch(name)) }) })]),
    }),
  });
}

export const variablesOf = (expressions: Readonly<Record<string, string>>): NewNode =>
  list(Object.entries(expressions).map(([name, text]) => map({ name, expression: literal(text) })));
