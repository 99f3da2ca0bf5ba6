// The shell around run(): arguments, streams, signals, exit code. The only file that touches process.
import { readFileSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { run } from './cli.ts';
import { exitCodes } from './exit-codes.ts';
import type { Writer } from './streams.ts';

// set by the build; a run from the sources reads it where the build does
declare const GREENROOM_BUILD_VERSION: string | undefined;

function ownVersion(): string {
  if (typeof GREENROOM_BUILD_VERSION === 'string') return GREENROOM_BUILD_VERSION;
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;
}

/**
 * A stream of the process, which Node opens when somebody asks for it: most commands need one of the three.
 * Its reader may go away (`… | head`): what nobody reads is no fault.
 */
function writerOn(name: 'stdout' | 'stderr'): Writer {
  let opened: NodeJS.WriteStream | undefined;
  const open = (): NodeJS.WriteStream => {
    if (opened !== undefined) return opened;
    opened = process[name];
    return opened.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') return;
      if (name === 'stdout') writeSync(2, `greenroom: cannot write: ${error.message}\n`);
      process.exitCode = exitCodes.input.code;
    });
  };
  return {
    write: (text) => void open().write(text),
    get columns() {
      return open().isTTY ? open().columns : undefined;
    },
    get colours() {
      return open().isTTY === true && open().hasColors() && process.env.NO_COLOR === undefined;
    },
  };
}

function stopSignal(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort(exitCodes.interrupted.code));
  process.once('SIGTERM', () => controller.abort(exitCodes.terminated.code));
  return controller.signal;
}

const calledAs = basename(process.argv[1] ?? '').replace(/\.js$/, '');
// kubectl asks this name what may stand behind `kubectl greenroom`
const asked = calledAs === 'kubectl_complete-greenroom' ? ['__complete'] : [];
// not awaited: it is built as CommonJS, which starts sooner
run([...asked, ...process.argv.slice(2)], {
  programName: calledAs.startsWith('kubectl-') ? 'kubectl greenroom' : 'greenroom',
  version: ownVersion(),
  env: process.env,
  folder: process.cwd(),
  streams: {
    get in() {
      return process.stdin;
    },
    out: writerOn('stdout'),
    err: writerOn('stderr'),
    get openTerminal() {
      if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
      return async () => (await import('./terminal.ts')).openTerminal(process.stdin, process.stderr);
    },
  },
  stopSignal,
}).then((code) => {
  // not process.exit(): what is still in a pipe's buffer shall arrive
  process.exitCode ??= code;
});
