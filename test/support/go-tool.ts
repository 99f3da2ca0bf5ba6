// Programs of others that tests want beside ours, built from their Go modules once and kept with the user's caches.
// A test only uses what is there; test/prepare.ts builds, for it takes minutes.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** The module of each, with its version. */
export const goTools = {
  actionlint: 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12',
  kustomize: 'sigs.k8s.io/kustomize/kustomize/v5@v5.7.1',
  versitygw: 'github.com/versity/versitygw/cmd/versitygw@v1.8.0',
  'fake-gcs-server': 'github.com/fsouza/fake-gcs-server@v1.56.1',
  rclone: 'github.com/rclone/rclone@v1.76.0',
  'kube-linter': 'golang.stackrox.io/kube-linter/cmd/kube-linter@v0.7.9',
  kubeconform: 'github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0',
  'kube-score': 'github.com/zegl/kube-score/cmd/kube-score@v1.20.0',
} as const;

export type GoTool = keyof typeof goTools;

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'greenroom', 'go-tools');

const pathOf = (name: GoTool): string => join(cache, `${name}-${goTools[name].split('@')[1]}`);

/** The path of a program, or why a test must do without it. */
export function goTool(name: GoTool): { readonly path: string } | { readonly skip: string } {
  const path = pathOf(name);
  if (existsSync(path)) return { path };
  return { skip: `LEFT OUT: ${name} is not built (node test/prepare.ts ${name} does it once, with Go, in minutes)` };
}

/** Builds a program, unless it is there. @throws Error with what Go said */
export function buildGoTool(name: GoTool): void {
  const path = pathOf(name);
  if (existsSync(path)) return;
  // under another name first: two runs may build at once
  const folder = `${path}.${process.pid}`;
  mkdirSync(folder, { recursive: true });
  try {
    const env = { ...process.env, GOBIN: folder, GOWORK: 'off', CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' };
    const words = ['install', '-ldflags=-s -w', goTools[name]];
    const { status, stderr, error } = spawnSync('go', words, { cwd: dirname(path), env, encoding: 'utf8' });
    if (status !== 0) throw new Error(error?.message ?? stderr);
    renameSync(join(folder, name), path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
