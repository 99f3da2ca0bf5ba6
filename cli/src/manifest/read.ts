// Files, folders and standard input → texts. Whatever cannot be read is a fault before anything is done.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Fault } from '../fault.ts';
import { readAll } from '../streams.ts';
import { manifestExtensions } from './extensions.ts';

export interface Source {
  /** As the user named it; `-` for standard input. */
  readonly name: string;
  /** Absolute; undefined for standard input. */
  readonly path: string | undefined;
  /** Every byte of it, a byte order mark included. */
  readonly text: string;
}

/**
 * Reads all inputs in their order; a folder gives its manifests and those of its folders, by name.
 * @param folder what relative paths start from
 * @throws Fault input or usage
 */
export async function readSources(
  inputs: readonly string[],
  folder: string,
  standardInput: AsyncIterable<Uint8Array>,
): Promise<Source[]> {
  if (inputs.filter((input) => input === '-').length > 1) throw new Fault('usage', 'standard input (-) is named twice');
  const sources: Source[] = [];
  const seen = new Set<string>();
  for (const input of inputs) {
    if (input === '-') {
      sources.push({ name: '-', path: undefined, text: decode('-', await readAll(standardInput)) });
      continue;
    }
    for (const name of await listFiles(input, folder)) {
      const path = resolve(folder, name);
      if (seen.has(path)) throw new Fault('usage', `${name} is named twice`);
      seen.add(path);
      sources.push({ name, path, text: decode(name, await reading(name, () => readFile(path))) });
    }
  }
  return sources;
}

async function listFiles(input: string, folder: string): Promise<string[]> {
  const found = await reading(input, () => stat(resolve(folder, input)));
  if (!found.isDirectory()) return [input];
  const files = await listFolder(input, folder);
  if (files.length > 0) return files;
  throw new Fault('input', `${input}: no file in it ends in ${manifestExtensions.join(', ')}`);
}

async function listFolder(name: string, folder: string): Promise<string[]> {
  const entries = await reading(name, () => readdir(resolve(folder, name), { withFileTypes: true }));
  const files: string[] = [];
  // by code units: the same order on every machine
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(name, entry.name);
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    if (entry.isDirectory()) files.push(...(await listFolder(path, folder)));
    else if (manifestExtensions.some((extension) => entry.name.endsWith(extension))) files.push(path);
  }
  return files;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'you may not read it',
  EISDIR: 'it is a folder',
  ENOTDIR: 'what stands before a slash is no folder',
};

async function reading<T>(name: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new Fault('input', `cannot read ${name}: ${reasons[code] ?? message}`, {
      cause: error,
      ...(/^[a-z\d]+:\/\//.test(name) && { cure: "a step is one word: --wait 'tcp://a:1 tcp://b:1'" }),
    });
  }
}

function decode(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    throw new Fault('input', `${name} is ${wide ? 'UTF-16' : 'not UTF-8'}`, {
      cure: 'save it as UTF-8',
      cause: error,
    });
  }
}
