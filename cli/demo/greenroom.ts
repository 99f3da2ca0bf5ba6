// The CLI as its users call it: each command line is printed, so that it can be copied, then run.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';
import { joinWords } from '../../helper/src/contract/index.ts';

const program = fileURLToPath(new URL('../../dist/cli/greenroom.js', import.meta.url));

/**
 * Runs `greenroom` with these words in a folder.
 * @param into the file of the folder that takes its standard output; default: it is shown
 * @throws Error with the exit code, if that is not 0
 */
export async function greenroom(
  words: readonly string[],
  { folder, into, signal }: { readonly folder: string; readonly into?: string; readonly signal: AbortSignal },
): Promise<void> {
  const line = `npx greenroom ${joinWords(words)}${into === undefined ? '' : ` > ${into}`}`;
  process.stdout.write(`${styleText('cyan', `$ ${line}`)}\n`);
  // in a group of its own: Ctrl-C reaches it once, from here
  const child = spawn(process.execPath, [program, ...words], {
    cwd: folder,
    stdio: ['ignore', into === undefined ? 'inherit' : 'pipe', 'inherit'],
    detached: true,
  });
  const stop = () => void child.kill('SIGINT');
  signal.addEventListener('abort', stop);
  try {
    const ended = once(child, 'exit') as Promise<[number | null]>;
    if (into !== undefined && child.stdout !== null)
      await pipeline(child.stdout, createWriteStream(join(folder, into)));
    const [code] = await ended;
    signal.throwIfAborted();
    if (code !== 0) throw new Error(`it ended with exit code ${code}: ${line}`);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
