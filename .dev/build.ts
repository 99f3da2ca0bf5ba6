// Builds both programs into dist/: bundled, so that neither the image nor a start of the CLI needs node_modules.
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile, type OutputFile, type Plugin, transform } from 'esbuild';
import { recordCode } from './code-cache.ts';
import { driversAlone } from './drivers-alone.ts';
import { licencesOf } from './licences.ts';
import { pinoAlone } from './pino-alone.ts';
import { undiciAlone } from './undici-alone.ts';
import { yamlAtOnce } from './yaml-at-once.ts';

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
  metafile: true,
  minifySyntax: true,
  minifyWhitespace: true,
  define: { GREENROOM_BUILD_VERSION: JSON.stringify(version) },
};

// yargs reads the words, and the help is drawn by cli/src/render: what yargs would draw its own with is not needed.
const yargsAlone: Plugin = {
  name: 'yargs-alone',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^(?:cliui|string-width)$/ }, ({ path, importer }) =>
      importer.includes('/node_modules/yargs/') ? { path, namespace: 'undrawn' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'undrawn' }, () => ({ contents: 'export default (text) => text.length' }));
  },
};

const built = await Promise.all([
  build({
    ...shared,
    entryPoints: [{ in: 'helper/src/main.ts', out: 'program' }],
    outdir: 'dist/helper',
    // beside the program: what a part calls another then is its file's name, and no path has to be worked out
    chunkNames: '[name]-[hash]',
    // what drivers print holds what servers said, and no line of the log may be theirs
    drop: ['console'],
    plugins: [undiciAlone, pinoAlone, driversAlone, yamlAtOnce],
  }),
  build({
    ...shared,
    entryPoints: [{ in: 'cli/src/main.ts', out: 'program' }],
    outdir: 'dist/cli',
    plugins: [yargsAlone, yamlAtOnce],
  }),
  // one file: it is started where nobody counts milliseconds
  build({
    ...shared,
    entryPoints: [{ in: 'images/helper/function.ts', out: 'function' }],
    outdir: 'dist/helper',
    format: 'cjs',
    splitting: false,
    minifyIdentifiers: true,
    plugins: [yargsAlone, yamlAtOnce],
    external: ['./program.js'],
  }),
]);

const [parts, cli, inImage] = built.map(({ outputFiles }) => outputFiles ?? []);
const helper = await withStartInOne(parts ?? [], built[0].metafile);
const bytesOf = (text: string) => new TextEncoder().encode(text);
const licences = ['helper', 'cli'].map((program, index) => ({
  path: join(root, 'dist', program, 'THIRD-PARTY-LICENSES.txt'),
  contents: bytesOf(licencesOf(built[index]?.metafile ?? { inputs: {}, outputs: {} }, root)),
}));

/**
 * Every start asks for the same twenty parts, since esbuild makes one of whatever two others share: these become one
 * file, so that one is read, one taken from V8's cache, and what they call of each other is found without a look-up.
 * They stay to be had under their names, by the parts that are loaded when they are needed. One build cannot do both:
 * esbuild lets nobody choose what becomes a part, and unsplit, the later parts would have copies of their own, in which
 * a Failure is another class.
 */
async function withStartInOne(parts: readonly OutputFile[], { outputs }: Metafile): Promise<OutputFile[]> {
  const start = new Set<string>();
  const add = (path: string) => {
    if (start.has(path)) return;
    start.add(path);
    for (const { path: asked, kind } of outputs[path]?.imports ?? []) if (kind === 'import-statement') add(asked);
  };
  for (const [path, { entryPoint }] of Object.entries(outputs)) {
    if (entryPoint === 'helper/src/main.ts' || entryPoint === 'helper/src/wait/wait.ts') add(path);
  }
  const textOf = new Map(parts.map(({ path, text }) => [`./${basename(path)}`, text]));
  const names = [...start].filter((path) => path in outputs).map((path) => `./${basename(path)}`);
  const held = names.map((name) => `${JSON.stringify(name)}: () => require(${JSON.stringify(name)}),`);
  const { outputFiles } = await build({
    ...shared,
    stdin: { contents: `exports.parts = {${held.join('')}}; require('./program.js');`, resolveDir: '/' },
    outfile: join(root, 'dist/helper/program.js'),
    format: 'cjs',
    splitting: false,
    metafile: false,
    plugins: [
      {
        name: 'parts',
        setup: ({ onResolve, onLoad }) => {
          onResolve({ filter: /^\.\// }, ({ path }) =>
            names.includes(path) ? { path, namespace: 'part' } : { path, external: true },
          );
          onLoad({ filter: /.*/, namespace: 'part' }, ({ path }) => ({ contents: textOf.get(path) ?? '' }));
        },
      },
    ],
  });
  return [...outputFiles, ...parts.filter(({ path }) => !names.includes(`./${basename(path)}`))];
}

/**
 * esbuild splits ES modules only, and Node takes longer to start with those: each import of a module of its
 * own makes it look at all that it exports, which loads parts of Node (streams, readline) that are never used.
 */
async function asCommonJs({ path, text }: OutputFile): Promise<{ readonly path: string; readonly code: string }> {
  const { code } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target: 'node22',
    minifyWhitespace: true,
    // import() becomes require() as well, which does not wake the loader of ES modules
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'ownUrl' },
    ...(text.includes('import.meta.url') && {
      banner: 'const ownUrl = require("node:url").pathToFileURL(__filename).href;',
    }),
  });
  return { path, code };
}

/** As helper/src/load-parts.cjs takes it. */
function asPart({ path, code }: { readonly path: string; readonly code: string }): {
  path: string;
  contents: Uint8Array;
} {
  if (/[^\0-\x7f]/.test(code)) throw new Error(`${path} is not ASCII, and helper/src/load-parts.cjs reads it as such`);
  return { path, contents: bytesOf(`(function(exports,require,module,__filename){${code}})`) };
}

const isPart = /-[0-9A-Z]{8}\.js$/;

// Two builds may run at once, and a program that runs may still load a part of itself: files appear whole,
// those that are right already stay as they are, and only then do old ones go.
const files = [
  ...(await Promise.all([...helper, ...(inImage ?? [])].map(asCommonJs))).map(asPart),
  ...(await Promise.all((cli ?? []).map(asCommonJs))).map(({ path, code }) => ({ path, contents: bytesOf(code) })),
  {
    path: join(root, 'dist/helper/greenroom-helper.js'),
    contents: readFileSync(join(root, 'helper/src/load-parts.cjs')),
  },
  { path: join(root, 'dist/cli/greenroom.js'), contents: readFileSync(join(root, 'cli/src/start.cjs')) },
  ...['helper', 'cli'].map((program) => ({
    path: join(root, 'dist', program, 'package.json'),
    contents: bytesOf('{"type":"commonjs"}\n'),
  })),
  ...licences,
  // parts before the programs that ask for them
].sort((one, other) => Number(isPart.test(other.path)) - Number(isPart.test(one.path)));
const old = files.filter(({ path, contents }) => !existsSync(path) || !readFileSync(path).equals(contents));
for (const { path, contents } of old) {
  mkdirSync(dirname(path), { recursive: true });
  // V8 knows compiled code by the length of its source alone
  rmSync(`${path}.code`, { force: true });
  writeFileSync(`${path}.${process.pid}`, contents, { mode: path.endsWith('/greenroom.js') ? 0o755 : 0o644 });
  renameSync(`${path}.${process.pid}`, path);
}
// what compiles it may have changed, too
const compilers = ['record-code.cjs', 'code-cache.ts'].map((name) => readFileSync(join(import.meta.dirname, name)));
const compiledBy = createHash('sha256').update(process.version).update(Buffer.concat(compilers)).digest('hex');
const stamp = join(root, 'node_modules/.greenroom-compiled-by');
const isStale = !existsSync(stamp) || readFileSync(stamp, 'utf8') !== compiledBy;
if (isStale || old.some(({ path }) => path.includes('/dist/helper/'))) {
  await recordCode(root).then(
    () => writeFileSync(stamp, compiledBy),
    // slower to start, and as right or wrong as before; a test asks for it
    (error: Error) => process.stderr.write(`the helper was built without its compiled code: ${error.message}\n`),
  );
}
const current = new Set(files.map(({ path }) => path));
for (const path of globSync(join(root, 'dist/*/**/*.{js,code}'))) {
  if (!current.has(path.replace(/\.code$/, ''))) rmSync(path);
}
