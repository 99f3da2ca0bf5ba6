// `npm run bench -- NAME`: measures, and rewrites its page of results.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { asInImage } from './as-in-image.ts';

const e2e = join(import.meta.dirname, '../e2e/main.ts');
const benches: Readonly<Record<string, () => Promise<unknown>>> = {
  downloads: () => import('./downloads.ts'),
  herd: async () => (await import('./herd.ts')).writeHerd(),
  manifests: () => import('./manifests.ts'),
  'pod-start': async () => runAlone([process.execPath, e2e, 'measure', 'pod-start']),
  soak: async () => runAlone([...asInImage, join(import.meta.dirname, 'soak.ts')]),
  start: () => import('./start.ts'),
  unpack: () => import('./unpack.ts'),
  waiting: () => import('./waiting.ts'),
};

/** In a process of its own, as which it ends. */
function runAlone([command = '', ...words]: readonly string[]): void {
  process.exitCode = spawnSync(command, words, { stdio: 'inherit' }).status ?? 1;
}

const [name = ''] = process.argv.slice(2);
const bench = benches[name];
if (bench === undefined) {
  process.stderr.write(`npm run bench -- NAME, where NAME is one of ${Object.keys(benches).join(', ')}\n`);
  process.exit(2);
}
await bench();
