// cli/README.md: its tables are those of the code, its commands run and say what it shows.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { commands } from '../../cli/src/commands/index.ts';
import { exitCodes } from '../../cli/src/exit-codes.ts';
import { splitWords } from '../../helper/src/contract/index.ts';
import { assertSection, markdownTable } from '../support/generated-section.ts';
import { runInShell, type ShellEnd } from '../support/in-shell.ts';
import { root } from '../support/read-imports.ts';
import { createTempDir } from '../support/temp-dir.ts';

const readme = readFileSync(join(root, 'cli/README.md'), 'utf8');

test('the exit codes in the document are those of the code', () => {
  const rows = Object.values(exitCodes).map(({ code, sentence }) => [String(code), sentence]);
  assertSection('cli/README.md', 'exit codes', markdownTable(['code', 'meaning'], rows));
});

test('the flags in the document are those of the code', () => {
  const own = commands.filter(({ usage }) => /^(new|inject|uninject) /.test(usage));
  const names = [...new Set(own.flatMap(({ flags }) => Object.keys(flags)))];
  const rows = names.map((name) => {
    const using = own.filter(({ flags }) => name in flags);
    const flag = using[0]?.flags[name];
    const value = flag?.type === 'boolean' ? '' : ` ${flag?.placeholder ?? 'VALUE'}`;
    const many = flag?.array === true ? '; may be repeated' : '';
    return [
      `\`--${name}${value}\``,
      using.map(({ usage }) => usage.split(' ')[0]).join(', '),
      `${flag?.describe ?? ''}${many}`,
    ];
  });
  assertSection('cli/README.md', 'flags', markdownTable(['flag', 'of', 'meaning'], rows));
});

const app = `kind: Deployment
metadata:
  name: my-app
spec:
  template:
    spec:
      initContainers:
      - name: migrate
      containers:
      - name: app
      - name: sidecar
`;

function fixtures() {
  const folder = createTempDir();
  mkdirSync(join(folder.path, 'k8s'));
  folder.write('app.yaml', app);
  folder.write('chart.yaml', 'kind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\n');
  cpSync(join(folder.path, 'app.yaml'), join(folder.path, 'k8s/app.yaml'));
  folder.write('k8s/service.yaml', '# before the app\nkind: Service\nmetadata: {name: db}\n');
  return folder;
}

/** Runs a line of the document: what makes its input gives app.yaml, what reads its output is left out. */
function runLine(line: string, folder: string): Promise<ShellEnd> {
  const own = line.split(' | ').find((part) => part.startsWith('greenroom ')) ?? '';
  return runInShell(splitWords(own).slice(1), { folder, input: app });
}

const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, block = '']) =>
    block.trimEnd(),
  );

for (const line of blocks('sh').flatMap((block) => block.split('\n'))) {
  test(`the document's command runs: ${line}`, async () => {
    using folder = fixtures();
    const { exitCode, stderr } = await runLine(line, folder.path);
    assert.equal(exitCode, 0, stderr);
  });
}

for (const block of blocks('console')) {
  const [command = '', ...said] = block.split('\n');
  test(`the document shows what it says: ${command.slice(2)}`, async () => {
    using folder = fixtures();
    const { exitCode, stdout, stderr } = await runLine(command.slice(2), folder.path);
    const code = /^\[exit code (\d+)\]$/.exec(said.at(-1) ?? '')?.[1];
    const words = (code === undefined ? said : said.slice(0, -1)).map((line) => `${line}\n`).join('');
    assert.deepEqual({ stdout, stderr }, { stdout: '', stderr: words });
    assert.equal(exitCode, Number(code ?? 0));
  });
}

for (const [line, purpose] of commands
  .filter(({ usage }) => /^(new|inject|uninject) /.test(usage))
  .flatMap(({ examples }) => examples)) {
  test(`the help's example runs: ${purpose}`, async () => {
    using folder = fixtures();
    const { exitCode, stderr } = await runLine(line, folder.path);
    assert.equal(exitCode, 0, stderr);
  });
}
