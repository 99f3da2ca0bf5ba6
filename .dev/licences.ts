// The licences of the packages that went into a bundle: most of them ask to come along with every copy.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/**
 * @param root where `node_modules` is
 * @returns one text, package after package, in the order of their names
 * @throws Error where a package comes without a licence that can be found
 */
export function licencesOf(metafile: Metafile, root: string): string {
  const used = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const folders = used.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  return [...new Set(folders)]
    .sort()
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
        name: string;
        version: string;
        license?: string;
      };
      const [file] = globSync('{LICEN[CS]E,licen[cs]e}*', { cwd: join(root, folder) }).sort();
      if (file === undefined && license === undefined) throw new Error(`${folder} comes without a licence`);
      const text = file === undefined ? '' : `\n${readFileSync(join(root, folder, file), 'utf8').trim()}\n`;
      return `${name} ${version}: ${license ?? 'see below'}\n${text}`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}
