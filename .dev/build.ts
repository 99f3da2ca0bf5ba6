// Builds both programs into dist/: bundled, so that neither the image nor a start of the CLI needs node_modules.
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

const shared: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  // what a start does not need lies in a file of its own, and is not read
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  logLevel: 'warning',
  write: false,
  define: { GREENROOM_BUILD_VERSION: JSON.stringify(version) },
  // bundled CommonJS packages ask for Node's own modules with require
  banner: { js: "import { createRequire as ofBundle } from 'node:module'; const require = ofBundle(import.meta.url);" },
};

// Of undici only HTTP/1.1 is used (helper/src/http/connection.ts): the bundle is half as large without the rest.
const undiciH1: Plugin = {
  name: 'undici-h1',
  setup: ({ onResolve, onLoad }) => {
    const unused = /\/(?:client-h2|parser-h1|milo\/(?:no-)?simd|web\/fetch\/\w+|sqlite-cache-store)(?:\.js)?$/;
    onResolve({ filter: unused }, ({ path, importer }) =>
      importer.includes('/undici/lib/') ? { path, namespace: 'unused' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: 'module.exports = {}' }));
  },
};

const built = await Promise.all([
  build({
    ...shared,
    entryPoints: [{ in: 'helper/src/main.ts', out: 'greenroom-helper' }],
    outdir: 'dist/helper',
    minifySyntax: true,
    minifyWhitespace: true,
    // pino's worker transports are never used; their module would load worker_threads at every start
    plugins: [undiciH1],
    alias: { 'thread-stream': './helper/src/log/no-transport.cjs' },
  }),
  build({
    ...shared,
    entryPoints: [{ in: 'cli/src/main.ts', out: 'greenroom' }],
    outdir: 'dist/cli',
    banner: { js: `#!/usr/bin/env node\n${shared.banner?.js}` },
  }),
]);

// Two builds may run at once, and a program that runs may still load a part of itself: files appear whole,
// those that are right already stay as they are, and only then do old ones go.
const files = built.flatMap(({ outputFiles }) => outputFiles ?? []);
for (const { path, contents } of files) {
  if (existsSync(path) && readFileSync(path).equals(contents)) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.${process.pid}`, contents, { mode: path.endsWith('/greenroom.js') ? 0o755 : 0o644 });
  renameSync(`${path}.${process.pid}`, path);
}
const current = new Set(files.map(({ path }) => path));
for (const path of globSync(join(root, 'dist/*/**/*.js'))) if (!current.has(path)) rmSync(path);
