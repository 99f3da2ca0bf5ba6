// The KRM function within the image (cli/fn.md): what Node starts where the image is given no arguments, as runners of
// functions do. Where standard input holds no ResourceList it is the helper that answers, which misses its command.
import { readFileSync } from 'node:fs';
import { runFunction } from '../../cli/src/commands/fn-run.ts';
import { exitCodes } from '../../cli/src/exit-codes.ts';
import { Fault } from '../../cli/src/fault.ts';
import { faultText } from '../../cli/src/render/fault-text.ts';
import type { Writer } from '../../cli/src/streams.ts';

declare const GREENROOM_BUILD_VERSION: string;

function readInput(): Buffer {
  try {
    return process.stdin.isTTY ? Buffer.alloc(0) : readFileSync(0);
  } catch {
    // a container may have no standard input at all
    return Buffer.alloc(0);
  }
}

const writerOn = (stream: NodeJS.WriteStream): Writer => ({
  write: (text) => void stream.write(text),
  columns: undefined,
  colours: false,
});

async function main(input: Buffer): Promise<void> {
  const streams = {
    in: (async function* () {
      yield input;
    })(),
    out: writerOn(process.stdout),
    err: writerOn(process.stderr),
  };
  try {
    process.exitCode = await runFunction({
      args: {},
      rest: [],
      steps: [],
      shell: {
        programName: 'greenroom',
        version: GREENROOM_BUILD_VERSION,
        env: process.env,
        folder: '/',
        streams,
        stopSignal: () => new AbortController().signal,
      },
    });
  } catch (error) {
    const fault = error instanceof Fault ? error : undefined;
    streams.err.write(fault === undefined ? `${(error as Error).stack}\n` : faultText('greenroom', fault));
    process.exitCode = exitCodes[fault?.exit ?? 'bug'].code;
  }
}

const input = readInput();
if (/["']?\bkind["']?\s*:\s*["']?ResourceList\b/.test(input.toString())) main(input);
else require('./program.js');
