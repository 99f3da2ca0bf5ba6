// Of undici only HTTP/1.1 is used (helper/src/http/connection.ts): the bundle is half as large without the rest. And what
// its client asks Node for is a whole HTTP client and server, to know one number and one class, and `assert`, which
// brings along the comparison of objects and its colours: with words of our own in their place, a wait for an http://
// target takes a tenth fewer instructions to start.
import type { Plugin } from 'esbuild';

const unused = /\/(?:client-h2|parser-h1|milo\/(?:no-)?simd|web\/fetch\/\w+|sqlite-cache-store)(?:\.js)?$/;

const contents: Readonly<Record<string, string>> = {
  // the longest head of an answer, as Node has it by default; nobody hands a message of Node's own over
  'node:http': 'module.exports = { maxHeaderSize: 16384, IncomingMessage: class {} };',
  'node:assert': `module.exports = (held, message) => {
    if (!held) throw message instanceof Error ? message : new Error(message ?? 'undici expected something else');
  };`,
};

export const undiciAlone: Plugin = {
  name: 'undici-alone',
  setup: ({ onResolve, onLoad, resolve }) => {
    const ofUndici = (importer: string) => importer.includes('/undici/lib/');
    const alone = ({ path, importer }: { readonly path: string; readonly importer: string }) =>
      ofUndici(importer) ? { path, namespace: 'alone' } : undefined;
    onResolve({ filter: unused }, alone);
    onResolve({ filter: /^node:(?:http|assert)$/ }, alone);
    // the parser is there twice, for processors with and without SIMD; the latter does for all, and heads are short
    onResolve({ filter: /llhttp_simd-wasm/ }, ({ path, importer, kind, resolveDir }) =>
      ofUndici(importer) ? resolve(path.replace('_simd', ''), { kind, importer, resolveDir }) : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'alone' }, ({ path }) => ({ contents: contents[path] ?? 'module.exports = {}' }));
  },
};
