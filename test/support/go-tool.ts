// Programs of others that tests want beside ours, built from their Go modules once and kept with the user's caches.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'greenroom', 'go-tools');

/**
 * The path of a program, or why a test must do without it. Where CI is set it is built if need be; elsewhere only a
 * program that is there already is used, for building takes a minute.
 * @param module with its version, such as `sigs.k8s.io/kustomize/kustomize/v5@v5.7.1`
 */
export function goTool(module: string): { readonly path: string } | { readonly skip: string } {
  const [where = '', version = ''] = module.split('@');
  const name = basename(where.replace(/\/v\d+$/, ''));
  const path = join(cache, `${name}-${version}`);
  if (existsSync(path)) return { path };
  const go = spawnSync('go', ['version']).status === 0;
  if ((process.env.CI ?? '') === '' || !go) {
    return { skip: `${name} is not here: CI=1 builds it once, ${go ? 'in a minute' : 'with Go on the PATH'}` };
  }
  // under another name first: two test files may build at once
  const folder = `${path}.${process.pid}`;
  mkdirSync(folder, { recursive: true });
  const env = { ...process.env, GOBIN: folder, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false -trimpath' };
  const built = spawnSync('go', ['install', '-ldflags=-s -w', module], { cwd: dirname(path), env, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`go install ${module}: ${built.stderr}`);
  renameSync(join(folder, name), path);
  return { path };
}
