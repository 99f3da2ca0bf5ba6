// The command line over many documents, beside others that change or judge manifests: time, processor, memory. Rewrites
// manifests.md. BENCH_DOCUMENTS: how many (default 10,000); BENCH_ROUNDS: how often each program runs (default 3).
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, homedir, loadavg } from 'node:os';
import { join } from 'node:path';
import { markdownTable } from '../support/generated-section.ts';
import { goTool, goTools } from '../support/go-tool.ts';
import { root } from '../support/read-imports.ts';
import { createTempDir } from '../support/temp-dir.ts';

const documents = Number(process.env.BENCH_DOCUMENTS ?? 10_000);
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
// who takes longer is told so, and not asked again
const mostMs = 120_000;

const deployment = (index: number) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-${index} # of team ${index % 40}
  labels: {app.kubernetes.io/name: app-${index}, team: "${index % 40}"}
spec:
  replicas: 2
  selector:
    matchLabels: {app.kubernetes.io/name: app-${index}}
  template:
    metadata:
      labels: {app.kubernetes.io/name: app-${index}}
    spec:
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
      - name: app
        image: registry.example/app:1.${index}.0
        ports: [{containerPort: 8080, name: http}]
        env:
        - {name: DATABASE, value: "postgres://db-${index % 40}:5432/app"}
        - name: PASSWORD
          valueFrom: {secretKeyRef: {name: app-${index}, key: password}}
        resources:
          requests: {cpu: 100m, memory: 128Mi}
          limits: {memory: 256Mi}
        readinessProbe:
          httpGet: {path: /ready, port: http}
        securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
`;
const container = {
  name: 'wait',
  image: 'greenroom/helper:0.1.0',
  args: ['wait', 'tcp://db:5432', '--deadline', '2m'],
};
const patch = JSON.stringify({ spec: { template: { spec: { initContainers: [container] } } } });

const textOf = (count: number) => Array.from({ length: count }, (_, index) => deployment(index)).join('---\n');
const named = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'any' }, ...JSON.parse(patch) };
const kustomization = `resources: [all.yaml]
patches: [{target: {kind: Deployment}, patch: ${JSON.stringify(JSON.stringify(named))}}]
`;

const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

/** On the PATH, or built by test/prepare.ts. */
function find(name: string): string | undefined {
  if (has(name)) return name;
  const built = name in goTools ? goTool(name as keyof typeof goTools) : undefined;
  return built !== undefined && 'path' in built ? built.path : undefined;
}

interface Program {
  readonly name: string;
  /** `FILE` stands for the documents. */
  readonly words: readonly string[];
  readonly version: readonly string[];
  /** What it does, where that is not all that ours does. */
  readonly remark: string;
  /** Whether the output must hold an init container for each document. */
  readonly injects?: boolean;
}

const greenroom = join(root, 'dist/cli/greenroom.js');
const schemas = globSync('greenroom/kubernetes-schemas-*/*-standalone-strict', {
  cwd: process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
}).map((folder) => join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), folder))[0];
const own = { version: [process.execPath, greenroom, 'version'] };
const changing: readonly Program[] = [
  {
    ...own,
    name: 'greenroom inject',
    words: [process.execPath, greenroom, 'inject', '--wait', 'tcp://db:5432 --deadline 2m', 'FILE'],
    remark: 'adds the container; every other byte, comments included, stays',
    injects: true,
  },
  {
    name: 'kustomize',
    words: ['kustomize', 'build', 'FOLDER'],
    version: ['kustomize', 'version'],
    remark: 'adds the container by a patch; comments go',
    injects: true,
  },
  {
    name: 'kubectl kustomize',
    words: ['kubectl', 'kustomize', 'FOLDER'],
    version: ['kubectl', 'version', '--client'],
    remark: 'the same, by the kustomize in it',
    injects: true,
  },
  {
    name: 'kubectl patch',
    words: ['kubectl', 'patch', '--local', '-f', 'FILE', '-p', patch, '-o', 'yaml'],
    version: ['kubectl', 'version', '--client'],
    remark: 'adds the container; comments and order of keys go',
    injects: true,
  },
];
const judging: readonly Program[] = [
  {
    ...own,
    name: 'greenroom lint',
    words: [process.execPath, greenroom, 'lint', 'FILE'],
    remark: 'rules about init containers and what they need',
  },
  {
    name: 'kube-linter',
    words: ['kube-linter', 'lint', 'FILE'],
    version: ['kube-linter', 'version'],
    remark: 'rules about security and good practice',
  },
  {
    name: 'kube-score',
    words: ['kube-score', 'score', 'FILE'],
    version: ['kube-score', 'version'],
    remark: 'rules about security and good practice',
  },
  {
    name: 'kubeconform',
    words: ['kubeconform', '-schema-location', `${schemas}/{{.ResourceKind}}{{.KindSuffix}}.json`, '-strict', 'FILE'],
    version: ['kubeconform', '-v'],
    remark: "fields and their types, by Kubernetes' schemas",
  },
];

interface Run {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly megabytes: number;
}

/** GNU time tells of one child what Node does not: its processor time, and the most memory that it had. */
function run(words: readonly string[], folder: string): Run & { readonly output: string } {
  const [report, output] = ['report', 'output'].map((name) => join(folder, name)) as [string, string];
  const [program = '', ...args] = words;
  const limit = ['timeout', '--signal=KILL', String(mostMs / 1_000)];
  const command = ['--format', '%e %U %S %M', '--output', report, ...limit, program, ...args];
  const script = 'out=$1; shift; exec /usr/bin/time "$@" > "$out" 2> /dev/null';
  const { status } = spawnSync('sh', ['-c', script, 'sh', output, ...command]);
  if (status === 137) return { seconds: Number.NaN, cpuSeconds: Number.NaN, megabytes: Number.NaN, output: '' };
  const last = readFileSync(report, 'utf8').trim().split('\n').at(-1) ?? '';
  const [seconds = 0, user = 0, system = 0, kibibytes = 0] = last.split(' ').map(Number);
  return { seconds, cpuSeconds: user + system, megabytes: kibibytes / 1024, output: readFileSync(output, 'utf8') };
}

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;

const say = (line: string) => process.stderr.write(`${line}\n`);
const missing = new Set<string>();

/** Runs each in turn over so many documents, so many rounds; gives the rows of a table. */
function measure(programs: readonly Program[], count: number): string[][] {
  using temporary = createTempDir();
  const folder = temporary.path;
  temporary.write('all.yaml', textOf(count));
  temporary.write('kustomization.yaml', kustomization);
  const here = programs.flatMap((one) => {
    const path = find(one.words[0] ?? '');
    if (path !== undefined && (one.name !== 'kubeconform' || schemas !== undefined)) return [{ ...one, path }];
    missing.add(one.name);
    return [];
  });
  const places: Readonly<Record<string, string>> = { FILE: join(folder, 'all.yaml'), FOLDER: folder };
  const runs = here.map(() => [] as Run[]);
  for (let round = 0; round < rounds; round++) {
    for (const [index, { name, path, words, injects }] of here.entries()) {
      if (runs[index]?.some(({ seconds }) => Number.isNaN(seconds))) continue;
      const { output, ...one } = run([path, ...words.slice(1).map((word) => places[word] ?? word)], folder);
      say(`${name}: ${one.seconds} s`);
      const added = output.split('tcp://db:5432').length - 1;
      if (injects && output !== '' && added !== count) throw new Error(`${name} added ${added} of ${count}`);
      if (!injects && output === '' && name !== 'kubeconform' && name !== 'greenroom lint') say(`${name} says nothing`);
      runs[index]?.push(one);
    }
  }
  const base = runs[0] ?? [];
  return here.map(({ name, path, version, words, remark }, index) => {
    const all = runs[index] ?? [];
    const of = (key: keyof Run) => median(all.map((one) => one[key]));
    const seconds = all.map((one) => one.seconds);
    const ratio = median(all.map((one, round) => one.seconds / (base[round]?.seconds ?? Number.NaN)));
    const [program = '', ...args] = version;
    const told = spawnSync(program === words[0] ? path : program, args, { encoding: 'utf8' }).stdout ?? '';
    const pinned: Readonly<Record<string, string>> = goTools;
    // what was built from its module may not know
    const number = /\d+\.\d+(?:\.\d+)?/.exec(told)?.[0] ?? pinned[name]?.split('@v')[1] ?? '';
    if (seconds.some(Number.isNaN)) return [name, number, `more than ${mostMs / 1_000}`, '', '', '', '', remark];
    return [
      ...[name, number, of('seconds').toFixed(1), `${Math.min(...seconds)} to ${Math.max(...seconds)}`],
      ...[ratio.toFixed(2), of('cpuSeconds').toFixed(1), of('megabytes').toFixed(0), remark],
    ];
  });
}

const loadBefore = loadavg()[0] ?? 0;
const head = [
  'program',
  'version',
  'median, s',
  'from to, s',
  'times ours',
  'processor, s',
  'memory, MB',
  'what it does',
];
const few = Math.ceil(documents / 10);
const changedFew = measure(changing, few);
const changed = measure(changing, documents);
const judged = measure(judging, documents);
const shown = (programs: readonly Program[]) =>
  programs.map(({ name, words }) => {
    const plain = words.map((word) =>
      word === process.execPath || word === greenroom ? '' : word.replace(schemas ?? '', 'SCHEMAS'),
    );
    const command = plain.filter((word) => word !== '').map((word) => (/^[\w./:=-]+$/.test(word) ? word : `'${word}'`));
    return `- **${name}**: \`${name.startsWith('greenroom') ? 'greenroom ' : ''}${command.join(' ')}\``;
  });
const page = `# Manifests, measured

\`npm run bench -- manifests\` rewrites this page. ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'CPU'}, ${process.platform}. Load of the machine when it began: ${loadBefore.toFixed(1)}, when it ended: ${(loadavg()[0] ?? 0).toFixed(1)}; on one that does other things meanwhile, ratios and processor seconds say more than times.

Deployments in one file, ${(textOf(documents).length / 1e6).toFixed(1)} MB of ${documents.toLocaleString('en')} of them; ${rounds} rounds, in each of which every program runs once. *times ours* is the median of the ratios within a round. Memory is the most that was resident. Each was checked to have added as many containers as there are Deployments.

## To add an init container to ${few.toLocaleString('en')} of them

${markdownTable(head, changedFew)}

## To add an init container to ${documents.toLocaleString('en')} of them

${markdownTable(head, changed)}

## To judge ${documents.toLocaleString('en')} of them

Each has rules of its own: the table says what it costs to have all of them asked, not who finds more.

${markdownTable(head, judged)}

${[...shown(changing), ...shown(judging)].join('\n')}
${missing.size === 0 ? '' : `\nNeither on the PATH nor built (\`node test/prepare.ts\`), so left out: ${[...missing].join(', ')}.\n`}`;
writeFileSync(join(root, 'test/bench/manifests.md'), page);
process.stdout.write(page);
