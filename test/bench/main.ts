// `npm run bench -- NAME`: measures, and rewrites its page of results.
const benches: Readonly<Record<string, () => Promise<unknown>>> = {
  downloads: () => import('./downloads.ts'),
  herd: async () => (await import('./herd.ts')).writeHerd(),
  start: () => import('./start.ts'),
  waiting: () => import('./waiting.ts'),
};
const [name = ''] = process.argv.slice(2);
const bench = benches[name];
if (bench === undefined) {
  process.stderr.write(`npm run bench -- NAME, where NAME is one of ${Object.keys(benches).join(', ')}\n`);
  process.exit(2);
}
await bench();
