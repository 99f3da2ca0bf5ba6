// The imports of the repository's TypeScript files, read off their text.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface Import {
  /** The file that imports, relative to the repository. */
  readonly from: string;
  readonly specifier: string;
  /** The file that is imported, relative to the repository; undefined for a package. */
  readonly to: string | undefined;
}

// import … from 'x', export … from 'x', import 'x', import('x')
const pattern =
  /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|(?:^|\n)import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g;

/** All imports of the TypeScript files below a folder of the repository, type-only and dynamic ones included. */
export function readImports(folder: string): Import[] {
  return globSync(`${folder}/**/*.ts`, { cwd: root, exclude: ['**/node_modules/**'] }).flatMap((file) => {
    const from = file.split(sep).join('/');
    const text = readFileSync(join(root, file), 'utf8');
    return [...text.matchAll(pattern)].map((match) => {
      const specifier = match[1] ?? match[2] ?? match[3] ?? '';
      const to = specifier.startsWith('.') ? posix.normalize(posix.join(posix.dirname(from), specifier)) : undefined;
      return { from, specifier, to };
    });
  });
}

/** A path below the repository, for messages. */
export function fromRoot(path: string): string {
  return relative(root, path);
}
