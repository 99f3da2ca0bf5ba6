// The contents of a few Debian packages: through the machine's own apt or, on a machine that has none (a Mac), through
// the apt of a Debian container. Kept below .cache/, so that only the first build needs the network.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readTar, type TarEntry } from './tar.ts';

export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  /** The control file's text, as dpkg and vulnerability scanners read it. */
  readonly control: string;
  readonly files: ReadonlyMap<string, TarEntry>;
}

/** A base image in which `--debian` may be replaced; any release that has apt will do. */
export const defaultDebianImage = 'debian:stable-slim';

export interface DebianSource {
  readonly architecture: string;
  readonly names: readonly string[];
  readonly cacheFolder: string;
  /** Ask apt again, whatever the cache holds. */
  readonly fresh: boolean;
  /** Take the packages from a container of this image; undefined: from this machine, if it has apt. */
  readonly debianImage: string | undefined;
}

/**
 * Brings the packages, in their newest version that apt's sources have, and those that hold their licences.
 * @returns in the order of their names
 * @throws Error with what apt or Docker said on stderr already
 */
export function debianPackages(source: DebianSource): DebianPackage[] {
  const { architecture, names, cacheFolder, fresh } = source;
  const image = source.debianImage ?? (hasApt() ? undefined : defaultDebianImage);
  const from = image === undefined ? '' : `-${image.replace(/[^a-z0-9.]+/gi, '-')}`;
  const path = join(cacheFolder, `debian${from}-${architecture}.tar`);
  if (fresh || !isThere(path, names)) bring(path, image, [architecture, ...names]);
  return read(path);
}

const script = join(import.meta.dirname, 'debian-packages.sh');

function bring(path: string, image: string | undefined, args: readonly string[]): void {
  const [program, words] =
    image === undefined
      ? ['sh', [script, ...args]]
      : ['docker', ['run', '--rm', '--interactive', '--entrypoint', 'sh', image, '-s', '--', ...args]];
  const { status, stdout, error } = spawnSync(program, words, {
    input: readFileSync(script),
    maxBuffer: 2 ** 30,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (error !== undefined || status !== 0) {
    const where = image === undefined ? "this machine's apt" : `apt in a container of ${image}`;
    const hint = image === undefined ? '; --debian IMAGE takes them from a Debian container instead' : '';
    throw new Error(`${where} did not bring ${args.join(' ')} (${error?.message ?? `exit code ${status}`})${hint}`);
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.${process.pid}`, stdout);
  renameSync(`${path}.${process.pid}`, path);
}

function isThere(path: string, names: readonly string[]): boolean {
  try {
    const packages = readTar(readFileSync(path));
    return names.every((name) => packages.has(`${name}.control`));
  } catch {
    return false;
  }
}

function read(path: string): DebianPackage[] {
  const tars = readTar(readFileSync(path));
  const names = [...tars.keys()].flatMap((path) => /^(.+)\.control$/.exec(path)?.[1] ?? []);
  return names.sort().map((name) => {
    const control = new TextDecoder().decode(tars.get(`${name}.control`)?.data);
    const version = /^Version: (.+)$/m.exec(control)?.[1] ?? 'unknown';
    const files = readTar(tars.get(`${name}.deb.tar`)?.data ?? new Uint8Array(0));
    return { name, version, control, files };
  });
}

const hasApt = () =>
  ['apt-get', 'dpkg-deb'].every((program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0);
