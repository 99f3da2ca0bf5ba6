// The paths that steps name: what they read from a volume, and where they put files.
import { posix } from 'node:path';
import { type Option, parseTarget, type Step, stepOptions } from '../../../helper/src/contract/index.ts';

/** A path as a folder: absolute, without a slash at its end. */
export function asFolder(path: string): string {
  const normal = posix.normalize(path);
  return normal.endsWith('/') && normal !== '/' ? normal.slice(0, -1) : normal;
}

/** The folder of a file; a path that ends in a slash is a folder itself. */
export const folderOf = (path: string): string => (path.endsWith('/') ? asFolder(path) : posix.dirname(asFolder(path)));

/** Whether a folder is another, or lies in it. */
export const covers = (outer: string, inner: string): boolean =>
  outer === '/' || inner === outer || inner.startsWith(`${outer}/`);

/** The folders that fetches put files into, each once. */
export function writtenFolders(steps: readonly Step[]): string[] {
  return [...new Set(steps.flatMap((step) => (step.kind === 'fetch' ? [folderOf(step.destination)] : [])))];
}

/** The files that steps read or watch: certificates, headers, sockets, files waited for; each once. */
export function readFiles(steps: readonly Step[]): string[] {
  return [...new Set(steps.flatMap((step) => [...optionPaths(step), ...targetPaths(step)]))];
}

function targetPaths(step: Step): string[] {
  if (step.kind !== 'wait') return [];
  return step.targets.flatMap((text) => {
    const target = parseTarget(text);
    return target.kind === 'file' || target.kind === 'unix' ? [target.path] : [];
  });
}

function optionPaths(step: Step): string[] {
  const paths: string[] = [];
  const values: Readonly<Record<string, unknown>> = step.options;
  const table: Readonly<Record<string, Option<unknown>>> = stepOptions[step.kind];
  for (const [name, option] of Object.entries(table)) {
    if (values[name] === undefined) continue;
    option.movePaths?.(values[name], (path) => {
      // of a folder, itself must be mounted, not what is above it
      paths.push(option.placeholder === 'FOLDER' ? `${path}/` : path);
      return path;
    });
  }
  return paths;
}
