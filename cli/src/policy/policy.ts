// All objects of the policy, as one stream of YAML: what it does, where it gets its settings, and for whom.
import { formatBlock, type Style } from '../manifest/format.ts';
import { flowList, flowMap, map, type NewNode } from '../manifest/node.ts';
import { type PolicySettings, settingsOf } from './annotations.ts';
import { mutatingPolicy } from './mutation.ts';
import { validatingPolicy } from './validation.ts';

/** The first version that has MutatingAdmissionPolicy as v1, on by default. */
export const firstMinor = 36;

export interface PolicyOptions {
  /** Of all its objects, and of the init container. */
  readonly name: string;
  readonly settings: PolicySettings;
  /** Where a ConfigMap holds the settings; undefined: they stand in the policy. */
  readonly namespace: string | undefined;
  /** The label of the namespaces that it is for. */
  readonly label: { readonly key: string; readonly value: string };
}

const style: Style = { step: 2, dash: 0, gap: 2, json: false };

export function policyManifests(options: PolicyOptions): string {
  const { name, namespace, settings, label } = options;
  const documents = [
    ...(namespace === undefined ? [] : [configMap(name, namespace, settings)]),
    mutatingPolicy(name, namespace === undefined ? settings : undefined),
    binding('Mutating', options),
    validatingPolicy(name, namespace),
    binding('Validating', options),
  ];
  return [
    '# Pods that say in an annotation what they wait for get an init container that waits, in namespaces with the label:',
    `#   kubectl label namespace NAME ${label.key}=${label.value}`,
    ...documents.flatMap((node, index) => [...(index === 0 ? [] : ['---']), ...formatBlock(node, 0, style)]),
    '',
  ].join('\n');
}

const configMap = (name: string, namespace: string, settings: PolicySettings): NewNode =>
  map({ apiVersion: 'v1', kind: 'ConfigMap', metadata: map({ name, namespace }), data: map(settingsOf(settings)) });

function binding(kind: 'Mutating' | 'Validating', { name, namespace, label }: PolicyOptions): NewNode {
  return map({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: `${kind}AdmissionPolicyBinding`,
    metadata: map({ name }),
    spec: map({
      policyName: name,
      validationActions: kind === 'Validating' ? flowList(['Deny']) : undefined,
      // without settings the other policy refuses the pods that ask for something, and no others
      paramRef:
        kind === 'Mutating' && namespace !== undefined
          ? map({ name, namespace, parameterNotFoundAction: 'Allow' })
          : undefined,
      matchResources: map({ namespaceSelector: map({ matchLabels: flowMap({ [label.key]: label.value }) }) }),
    }),
  });
}
