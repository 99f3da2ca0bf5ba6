// greenroom policy: manifests by which the cluster itself puts the helper into pods that ask for it by annotation.
import { parseDuration } from '../../../helper/src/contract/index.ts';
import { defineCommand, type Flags } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { Fault } from '../fault.ts';
import { type PositionName, positions, usualNamespaceLabel, usualSettings } from '../policy/annotations.ts';
import { helperFlags } from './helper-flags.ts';

const group = 'Settings:';
const place = 'Where:';

const flags = {
  position: {
    type: 'string',
    choices: Object.keys(positions) as PositionName[],
    default: usualSettings.position as PositionName,
    group,
    describe: "Where the init container goes; after-mesh: first, but behind a mesh's proxy",
  },
  deadline: { type: 'string', group, placeholder: 'DURATION', describe: 'Of every step that says none' },
  'helper-image': { ...helperFlags['helper-image'], group },
  'config-map': {
    type: 'string',
    group,
    placeholder: 'NAMESPACE',
    describe: 'Keep the settings in a ConfigMap of this namespace, not in the policy; see cli/policy.md first',
  },
  'namespace-label': {
    type: 'string',
    group: place,
    placeholder: 'KEY=VALUE',
    default: `${usualNamespaceLabel.key}=${usualNamespaceLabel.value}`,
    describe: 'Pods in namespaces with this label are looked at, and no others',
  },
  name: {
    ...helperFlags.name,
    rare: false,
    group: place,
    describe: 'Of the policy, and of the init container',
  },
  'kube-version': { type: 'string', group: place, placeholder: '1.N', default: '1.36', describe: 'Of the cluster' },
} as const satisfies Flags;

export const policyCommand = defineCommand({
  usage: 'policy',
  summary: 'Let the cluster add the init container to pods that ask for it by annotation',
  examples: [
    [
      'greenroom policy | kubectl apply -f -',
      "the cluster adds init containers to pods annotated 'greenroom.dev/wait'",
    ],
    ['greenroom policy --deadline 10m --position after-sidecars > policy.yaml', 'with settings of your own'],
    [
      'greenroom policy --name greenroom-canary --namespace-label team=canary | kubectl apply -f -',
      'a second policy, for other namespaces',
    ],
  ],
  positionals: {},
  flags,
  async run({ args, rest, shell }) {
    if (rest.length > 0) throw new Fault('usage', 'policy: takes nothing behind --');
    const [{ policyManifests, firstMinor }, { resolveHelperImage }, { checkName }, { readKubeVersion }] =
      await Promise.all([
        import('../policy/policy.ts'),
        import('../settings.ts'),
        import('./read-helper-flags.ts'),
        import('../kube-version.ts'),
      ]);
    const minor = readKubeVersion(args['kube-version']);
    if (minor < firstMinor) {
      throw new Fault(
        'usage',
        `policy: Kubernetes 1.${minor} has no MutatingAdmissionPolicy of version v1; 1.${firstMinor} has`,
        {
          cure: 'put the steps into the manifests: greenroom inject, or greenroom fn in a kustomization or a kpt pipeline',
        },
      );
    }
    if (args.deadline !== undefined && parseDuration(args.deadline) === undefined) {
      throw new Fault(
        'usage',
        `--deadline: ${JSON.stringify(args.deadline)} is not a duration with a unit, such as 30s or 5m`,
      );
    }
    const { folder, env, version } = shell;
    shell.streams.out.write(
      policyManifests({
        name: checkName(args.name),
        settings: {
          image: await resolveHelperImage({ flag: args['helper-image'], env, folder, version }),
          deadline: args.deadline,
          position: args.position,
        },
        namespace: args['config-map'] === undefined ? undefined : checkNamespace(args['config-map']),
        label: parseLabel(args['namespace-label']),
      }),
    );
    return exitCodes.success.code;
  },
});

// RFC 1123 label
function checkNamespace(text: string): string {
  if (/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text)) return text;
  throw new Fault('usage', `--config-map: ${JSON.stringify(text)} is not the name of a namespace`);
}

// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
const labelPattern =
  /^((?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)=([A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)$/;

function parseLabel(text: string): { key: string; value: string } {
  const [, key, value] = labelPattern.exec(text) ?? [];
  if (key !== undefined && value !== undefined) return { key, value };
  throw new Fault('usage', `--namespace-label: ${JSON.stringify(text)} is not of the form KEY=VALUE`, {
    cure: `such as ${usualNamespaceLabel.key}=${usualNamespaceLabel.value}`,
  });
}
