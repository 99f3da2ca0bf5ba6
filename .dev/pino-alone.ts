// Of pino the helper needs what makes lines: it gives a stream of its own, a base without the host's name and no
// transport, and logs plain values. What pino has for the rest would be read at every start and never be used; some of
// it is even asked (for the host's name, for the call stack, which costs as much as two lines of the log).
import type { Plugin } from 'esbuild';

// not an arrow: pino asks what is an instance of it
const never = (what: string) =>
  `module.exports = function () { throw new Error('the helper is built without ${what}'); };`;

const contents: Readonly<Record<string, string>> = {
  'node:os': `exports.hostname = () => '';`,
  worker_threads: 'exports.isMainThread = true;',
  'on-exit-leak-free': 'module.exports = {};',
  'sonic-boom': never('log streams of pino'),
  'thread-stream': never('log transports'),
  './transport': never('log transports'),
  './multistream': never('several log streams'),
  './redaction': never('redaction by pino'),
  './caller': 'module.exports = () => [];',
  // pino's second try at what JSON cannot say; a third says that it could not be said
  'safe-stable-stringify': `exports.configure = () => () => { throw new Error('not JSON'); };`,
};

export const pinoAlone: Plugin = {
  name: 'pino-alone',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^(?:node:os|worker_threads|[a-z-]+|\.\/(?:lib\/)?\w+)$/ }, ({ path, importer }) => {
      const name = path.replace('./lib/', './');
      return importer.includes('/node_modules/pino/') && name in contents
        ? { path: name, namespace: 'pino-alone' }
        : undefined;
    });
    onLoad({ filter: /.*/, namespace: 'pino-alone' }, ({ path }) => ({ contents: contents[path] ?? '' }));
  },
};
