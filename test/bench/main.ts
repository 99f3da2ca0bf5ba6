// `npm run bench -- NAME`: measures, and rewrites its page of results.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { asInImage } from './as-in-image.ts';

const e2e = join(import.meta.dirname, '../e2e/main.ts');
const benches: Readonly<Record<string, () => Promise<unknown>>> = {
  downloads: () => import('./downloads.ts'),
  herd: async () => (await import('./herd.ts')).writeHerd(),
  manifests: () => import('./manifests.ts'),
  'pod-start': async () => spawnSync(process.execPath, [e2e, 'measure', 'pod-start'], { stdio: 'inherit' }),
  soak: async () => runAsInImage(join(import.meta.dirname, 'soak.ts')),
  start: () => import('./start.ts'),
  unpack: () => import('./unpack.ts'),
  waiting: () => import('./waiting.ts'),
};

/** In a process of its own: how much memory Node takes depends on how it is started. */
function runAsInImage(program: string): void {
  const [command = '', ...words] = asInImage;
  process.exitCode = spawnSync(command, [...words, program], { stdio: 'inherit' }).status ?? 1;
}

const [name = ''] = process.argv.slice(2);
const bench = benches[name];
if (bench === undefined) {
  process.stderr.write(`npm run bench -- NAME, where NAME is one of ${Object.keys(benches).join(', ')}\n`);
  process.exit(2);
}
await bench();
