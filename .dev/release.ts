// npm run release: makes what a release consists of in a folder, and publishes nothing. The steps around it, and who runs
// them: .github/RELEASING.md.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { billOfMaterials, bundledParts } from '../images/helper/sbom.ts';

const help = `Makes the files of a release, and publishes nothing.

npm run release -- [OPTIONS]

  --dry-run      take the working tree as it is; and let npm say what it would publish
  --arch A[,B]   of the image; default: amd64,arm64
  --tag NAME:TAG of the image, in its archive; default: greenroom/helper and the version
  --to FOLDER    default: .cache/release/VERSION; what is there is removed
`;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const { version } = JSON.parse(read('package.json')) as { version: string };

function fail(message: string, exitCode = 1): never {
  process.stderr.write(`release: ${message}\n`);
  process.exit(exitCode);
}

function run(program: string, ...args: string[]): void {
  process.stderr.write(`$ ${[program === process.execPath ? 'node' : program, ...args].join(' ')}\n`);
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) fail(`${program} ${args[0]} ended with ${error?.message ?? status}`);
}

function readOptions() {
  try {
    const options = {
      'dry-run': { type: 'boolean' },
      arch: { type: 'string' },
      tag: { type: 'string' },
      to: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    } as const;
    return parseArgs({ options }).values;
  } catch (error) {
    return fail(`${(error as Error).message}\n${help}`, 2);
  }
}

/** What must be true before anything is made. */
function checkReadiness(): void {
  const stale = [
    ['.github/CHANGELOG.md', `## ${version}`],
    ['.github/actions/greenroom/action.yml', `default: ${version}`],
  ].filter(([path = '', text = '']) => !read(path).includes(text));
  for (const [path, text] of stale) fail(`${path} does not say "${text}"`);
}

const options = readOptions();
if (options.help) {
  process.stdout.write(help);
  process.exit(0);
}
checkReadiness();
if (!options['dry-run'] && execFileSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' }) !== '') {
  fail('the working tree has changes that are not committed; --dry-run takes it as it is');
}

const folder = resolve(options.to ?? join(root, '.cache/release', version));
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

// dist/ has just been built by the runner of this program
run('npm', 'pack', '--ignore-scripts', '--silent', '--pack-destination', folder);
const seconds = process.env.SOURCE_DATE_EPOCH ?? execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root });
const created = new Date(Number(seconds) * 1000).toISOString();
const parts = [...bundledParts(root, 'cli'), ...bundledParts(root, 'helper')];
const once = [...new Map(parts.map((part) => [`${part.name}@${part.version}`, part])).values()];
const whole = { kind: 'application', name: 'greenroom', version, created } as const;
writeFileSync(join(folder, `greenroom-${version}.cdx.json`), billOfMaterials(whole, once));

const image = ['--archive', join(folder, `greenroom-helper-${version}.tar`), '--sbom', folder];
const tag = options.tag === undefined ? [] : ['--tag', options.tag];
run(process.execPath, 'images/helper/build.ts', '--arch', options.arch ?? 'amd64,arm64', ...image, ...tag);

const digest = (name: string) =>
  createHash('sha256')
    .update(readFileSync(join(folder, name)))
    .digest('hex');
const names = readdirSync(folder).toSorted();
writeFileSync(join(folder, 'SHA256SUMS'), names.map((name) => `${digest(name)}  ${name}\n`).join(''));

if (options['dry-run'])
  run('npm', 'publish', '--dry-run', '--ignore-scripts', join(folder, `greenroom-${version}.tgz`));
process.stdout.write(readFileSync(join(folder, 'SHA256SUMS')));
process.stderr.write(`All of it is in ${folder}\n`);
