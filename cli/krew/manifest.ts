// Prints the manifest of a release for krew: node cli/krew/manifest.ts ARCHIVE URL > greenroom.yaml
// ARCHIVE: what `npm pack` made; URL: where it can be had. https://krew.sigs.k8s.io/docs/developer-guide/plugin-manifest/
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

const [archive, uri] = process.argv.slice(2);
if (archive === undefined || uri === undefined || !uri.startsWith('https://')) {
  process.stderr.write('usage: node cli/krew/manifest.ts ARCHIVE https://URL-OF-THE-ARCHIVE > greenroom.yaml\n');
  process.exit(2);
}

const { version, engines } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
  version: string;
  engines: { node: string };
};

const manifest = {
  apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
  kind: 'Plugin',
  metadata: { name: 'greenroom' },
  spec: {
    version: `v${version}`,
    shortDescription: 'Init containers that wait and fetch as they should',
    description: [
      'Writes, changes, lints, explains and rehearses manifests whose pods wait and',
      'download before the app starts, and says why a pod is stuck.',
      '',
    ].join('\n'),
    caveats: `It is a program for Node (${engines.node}), which must be on the PATH.\n`,
    platforms: [
      {
        selector: { matchExpressions: [{ key: 'os', operator: 'In', values: ['linux', 'darwin'] }] },
        uri,
        sha256: createHash('sha256').update(readFileSync(archive)).digest('hex'),
        files: [
          { from: 'package/package.json', to: '.' },
          { from: 'package/LICENSE', to: '.' },
          { from: 'package/dist/cli/*', to: '.' },
          { from: 'package/dist/cli/chunks/*', to: 'chunks' },
        ],
        bin: 'greenroom.js',
      },
    ],
  },
};
process.stdout.write(stringify(manifest, { lineWidth: 0 }));
