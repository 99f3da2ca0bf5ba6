// How Node is started in the image: as images/helper/Dockerfile says.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../support/read-imports.ts';

const dockerfile = readFileSync(join(root, 'images/helper/Dockerfile'), 'utf8');
const entrypoint = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(dockerfile)?.[1] ?? '[]') as string[];
const heaps = /^ENV (MALLOC_ARENA_MAX=\d+)$/m.exec(dockerfile)?.[1];
if (entrypoint.length < 3 || heaps === undefined) throw new Error('the Dockerfile does not say how Node is started');

/** Node's own options. */
export const imageOptions: readonly string[] = entrypoint.slice(1, -1);

/** The words before a program that make Node run it as in the image. */
export const asInImage: readonly string[] = ['env', heaps, process.execPath, ...imageOptions];
