// What every npm script of this repository goes through: brings the dependencies and the project's own Node,
// builds, then runs a program of the repository on that Node. Runs on any Node from 20 on, with nothing installed.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const stamp = join(modules, '.greenroom-lock-digest');
const ownNode = join(modules, '.bin', 'node');
const [entry, ...args] = process.argv.slice(2);

const say = (line) => process.stderr.write(`${line}\n`);

function install() {
  const digest = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  say('Installing what package-lock.json names (once; npm shows why if it fails) …');
  const npm = process.env.npm_execpath;
  const [program, prefix] = npm === undefined ? ['npm', []] : [process.execPath, [npm]];
  // a tree that is there is brought up to date rather than removed: something may be running from it
  const verb = existsSync(modules) ? 'install' : 'ci';
  // no install script of a dependency is needed, so none runs; its output is ours to read, not data: stderr
  const words = [...prefix, verb, '--ignore-scripts'];
  const { status, error } = spawnSync(program, words, { cwd: root, stdio: ['ignore', 2, 2] });
  if (error !== undefined || status !== 0) {
    say(`npm ${verb} failed${error === undefined ? ` with exit code ${status}` : `: ${error.message}`}`);
    process.exit(1);
  }
  writeFileSync(stamp, digest);
}

/** The Node of the project where npm has one for this system, else the one that runs this, if it is new enough. */
function chooseNode() {
  if (existsSync(ownNode)) return ownNode;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  // strips types on its own from 22.18 on, and undici 8 asks for 22.19
  if (major > 22 || (major === 22 && minor >= 19)) return process.execPath;
  say(`npm has no Node for ${process.platform}-${process.arch}, and Node ${process.versions.node} is too old to run`);
  say('the project itself: install Node 24 and try again.');
  process.exit(1);
}

install();
const node = chooseNode();
const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`, NODE_NO_WARNINGS: '1' };

if (!existsSync(join(root, 'dist', 'cli'))) say('Building …');
const build = spawnSync(node, [join(root, '.dev', 'build.ts')], { cwd: root, env, stdio: ['ignore', 2, 2] });
if (build.status !== 0) process.exit(build.status ?? 1);
if (entry !== undefined) {
  const child = spawn(node, [join(root, entry), ...args], { cwd: root, env, stdio: 'inherit' });
  // a terminal sends Ctrl-C to both; the child decides how it ends, and this process ends as it did
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(signal === null ? code : 128 + constants.signals[signal]));
}
