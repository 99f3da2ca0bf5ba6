// What kube-linter, kube-score and polaris, as they come, say of all that `new` writes: nothing but what is answered here.
// The answers are the table of cli/lint.md.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { assertSection, markdownTable } from '../../support/generated-section.ts';
import { goTool } from '../../support/go-tool.ts';
import { root } from '../../support/read-imports.ts';

type Subject = 'init container' | 'app' | 'object';

interface Answer {
  readonly checks: readonly string[];
  readonly of: readonly Subject[];
  readonly why: string;
}

const answers: readonly Answer[] = [
  {
    checks: ['unset-cpu-requirements', 'container-resources', 'cpuLimitsMissing'],
    of: ['init container', 'app'],
    why: 'They want a limit of CPU. It slows the start down and protects nobody whom requests do not protect already; memory has a limit.',
  },
  {
    checks: ['container-ephemeral-storage-request-and-limit'],
    of: ['init container', 'app'],
    why: 'What is fetched into an emptyDir counts, and only you know how much that is: `--size-limit` bounds the volume.',
  },
  {
    checks: ['container-image-pull-policy', 'pullPolicyNotAlways'],
    of: ['init container', 'app'],
    why: 'Always makes each start depend on the registry. A version is pulled once; a digest is what proves it.',
  },
  {
    checks: [
      'no-read-only-root-fs',
      'container-security-context-readonlyrootfilesystem',
      'notReadOnlyRootFilesystem',
    ],
    of: ['app'],
    why: 'Where the app writes, its image knows. The init container has a read-only root.',
  },
  {
    checks: ['container-security-context-user-group-id'],
    of: ['app'],
    why: 'The user of the app is that of its image, which `runAsNonRoot` holds to. The init container runs as 65532.',
  },
  {
    checks: [
      'pod-networkpolicy',
      'deployment-has-poddisruptionbudget',
      'missingNetworkPolicy',
      'missingPodDisruptionBudget',
    ],
    of: ['object'],
    why: 'Objects of their own, which belong to the application as a whole.',
  },
  {
    checks: ['no-anti-affinity', 'deployment-has-host-podantiaffinity', 'topologySpreadConstraint'],
    of: ['object'],
    why: 'How replicas are spread depends on the cluster; Kubernetes spreads them over nodes and zones by default.',
  },
  {
    checks: ['pod-probes', 'livenessProbeMissing', 'readinessProbeMissing'],
    of: ['object', 'app'],
    why: 'Only you know what tells that your app is ready.',
  },
  {
    checks: ['deploymentMissingReplicas', 'priorityClassNotSet', 'metadataAndInstanceMismatched'],
    of: ['object'],
    why: 'How many (`--replicas`), how urgent, and in which release (`app.kubernetes.io/instance`) is for you to say.',
  },
  {
    checks: ['cronjob-has-deadline'],
    of: ['object'],
    why: 'How late a run may begin is for you to say: `startingDeadlineSeconds`.',
  },
];

/** A check that was not passed, and by which container; none: the object. */
interface Complaint {
  readonly check: string;
  readonly container: string | undefined;
}

interface Linter {
  readonly words: readonly string[];
  read(printed: unknown): Complaint[];
}

interface LinterReport {
  readonly Reports: readonly { readonly Check: string; readonly Diagnostic: { readonly Message: string } }[] | null;
}
interface ScoredObject {
  readonly checks: readonly {
    readonly check: { readonly id: string };
    readonly grade: number;
    readonly skipped: boolean;
    readonly comments: readonly { readonly path: string }[] | null;
  }[];
}

type PolarisResults = Readonly<Record<string, { readonly ID: string; readonly Success: boolean }>>;

interface PolarisReport {
  readonly Results: readonly {
    readonly Results?: PolarisResults;
    readonly PodResult?: {
      readonly Results?: PolarisResults;
      readonly ContainerResults?: readonly { readonly Name: string; readonly Results?: PolarisResults }[];
    };
  }[];
}

const failedIn = (results: PolarisResults | undefined, container?: string): Complaint[] =>
  Object.values(results ?? {}).flatMap(({ ID: check, Success }) => (Success ? [] : [{ check, container }]));

const linters: Readonly<Record<'kube-linter' | 'kube-score' | 'polaris', Linter>> = {
  'kube-linter': {
    words: ['lint', '--format', 'json'],
    read: (printed) =>
      ((printed as LinterReport).Reports ?? []).map(({ Check: check, Diagnostic }) => ({
        check,
        container: /^container "([^"]+)"/.exec(Diagnostic.Message)?.[1],
      })),
  },
  'kube-score': {
    words: ['score', '-o', 'json'],
    read: (printed) =>
      (printed as readonly ScoredObject[]).flatMap(({ checks }) =>
        checks
          // 10: all is well
          .filter(({ skipped, grade }) => !skipped && grade < 10)
          .flatMap(({ check, comments }) =>
            (comments?.length ? comments : [{ path: '' }]).map(({ path }) => ({
              check: check.id,
              container: path === '' ? undefined : path,
            })),
          ),
      ),
  },
  polaris: {
    words: ['audit', '--format', 'json', '--audit-path'],
    read: (printed) =>
      (printed as PolarisReport).Results.flatMap(({ Results, PodResult }) => [
        ...failedIn(Results),
        ...failedIn(PodResult?.Results),
        ...(PodResult?.ContainerResults ?? []).flatMap((one) => failedIn(one.Results, one.Name)),
      ]),
  },
};

/** Polaris' versions are none that Go installs by: it is used where it is on the PATH. */
function find(name: string): ReturnType<typeof goTool> {
  if (name !== 'polaris') return goTool(name as 'kube-linter' | 'kube-score');
  const folder = (process.env.PATH ?? '').split(delimiter).find((one) => existsSync(join(one, name)));
  return folder === undefined ? { skip: 'LEFT OUT: polaris is not on the PATH' } : { path: join(folder, name) };
}

const subjectOf = ({ container }: Complaint): Subject =>
  container === undefined ? 'object' : container.startsWith('greenroom') ? 'init container' : 'app';

for (const [name, { words, read }] of Object.entries(linters)) {
  const tool = find(name);
  test(`${name} says nothing of what new writes that is not answered in cli/lint.md`, {
    skip: 'skip' in tool ? tool.skip : false,
  }, () => {
    assert.ok('path' in tool);
    const files = globSync('test/golden/new/*/output.yaml', { cwd: root }).toSorted();
    assert.ok(files.length >= 12);
    let complaints = 0;
    for (const file of files) {
      const ended: { stdout: string; stderr: string } = spawnSync(tool.path, [...words, file], {
        cwd: root,
        encoding: 'utf8',
      });
      assert.notEqual(ended.stdout, '', ended.stderr);
      const open: Complaint[] = read(JSON.parse(ended.stdout)).filter((complaint) => {
        complaints++;
        const answer = answers.find(({ checks }) => checks.includes(complaint.check));
        return answer?.of.includes(subjectOf(complaint)) !== true;
      });
      assert.deepEqual(open, [], file);
    }
    // it did look
    assert.ok(complaints > 0);
  });
}

test('cli/lint.md holds the answers', () => {
  const rows = answers.map(({ checks, of, why }) => [
    checks.map((check) => `\`${check}\``).join(', '),
    of.join(', '),
    why,
  ]);
  assertSection('cli/lint.md', 'linters', markdownTable(['check', 'of the', 'why it is left to you'], rows));
});
