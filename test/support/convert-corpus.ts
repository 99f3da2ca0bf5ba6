// The corpus of init containers: each as a pod, what `greenroom convert` made of it, and whether that is right.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { joinWords } from '../../helper/src/contract/index.ts';
import { runInShell } from './in-shell.ts';
import { root } from './read-imports.ts';

export interface CorpusEntry {
  /** Repository and path. */
  readonly from: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Variables from a ConfigMap. */
  readonly references?: readonly string[];
  readonly envFrom?: readonly string[];
  readonly workingDir?: string;
  /** Where an emptyDir is mounted. */
  readonly mounts?: readonly string[];
  /** The lines of the steps that are right; or why it must be left alone. */
  readonly steps?: readonly string[];
  readonly left?: string;
}

export const corpus = parse(
  readFileSync(join(root, 'test/golden/convert/corpus.yaml'), 'utf8'),
) as readonly CorpusEntry[];

/** The pod that an entry stands in. */
export function podOf(entry: CorpusEntry): string {
  const { image, command, args, env = {}, references = [], envFrom = [], workingDir, mounts = [] } = entry;
  const container = {
    name: 'it',
    image,
    ...(command === undefined ? {} : { command }),
    ...(args === undefined ? {} : { args }),
    env: [
      ...references.map((name) => ({ name, valueFrom: { configMapKeyRef: { name: 'settings', key: name } } })),
      ...Object.entries(env).map(([name, value]) => ({ name, value })),
    ],
    ...(envFrom.length === 0 ? {} : { envFrom: envFrom.map((name) => ({ configMapRef: { name } })) }),
    ...(workingDir === undefined ? {} : { workingDir }),
    volumeMounts: mounts.map((mountPath, index) => ({ name: `v${index}`, mountPath })),
  };
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'pod' },
      spec: {
        initContainers: [container],
        containers: [{ name: 'app', image: 'app:1' }],
        volumes: mounts.map((_, index) => ({ name: `v${index}`, emptyDir: {} })),
      },
    },
    { aliasDuplicateObjects: false },
  );
}

export type Verdict =
  | { readonly kind: 'steps'; readonly steps: readonly string[]; readonly output: string }
  | { readonly kind: 'left'; readonly why: string };

/** What convert makes of an entry. */
export async function convertEntry(entry: CorpusEntry): Promise<Verdict> {
  const { exitCode, stdout, stderr } = await runInShell(['convert', '-'], { input: podOf(entry) });
  if (exitCode !== 0) throw new Error(`${entry.from}: ${stderr}`);
  const [, why] = /: it is left alone: (.*)/.exec(stderr) ?? [];
  if (why !== undefined) return { kind: 'left', why };
  return { kind: 'steps', steps: stepsIn(stdout), output: stdout };
}

/** The lines of the steps of the first init container. */
export function stepsIn(manifest: string): string[] {
  const [container] = parse(manifest).spec.initContainers;
  if (container.args[0] !== 'run') return [joinWords(container.args).replaceAll("'", '')];
  return parse(container.env.at(-1).value);
}

/** How an entry came out: wrong is what must never be, a step that is not the one that was read. */
export function judge(entry: CorpusEntry, verdict: Verdict): 'converted' | 'left alone' | 'wrong' | 'missed' {
  if (verdict.kind === 'left') return entry.left === undefined ? 'missed' : 'left alone';
  const wanted = entry.steps ?? [];
  const same = wanted.length === verdict.steps.length && wanted.every((line, index) => line === verdict.steps[index]);
  return same ? 'converted' : 'wrong';
}
