// The shell around run(): arguments, environment, signals, streams, exit. The only file that touches process.
import { writeSync } from 'node:fs';
import { run } from './run.ts';
import { systemClock } from './system/clock.ts';
import { systemRandom } from './system/random.ts';
import { stopSignal } from './system/signals.ts';
import { writeWhole } from './system/write-whole.ts';

// How long a run may take to end after SIGTERM, in milliseconds: it has only to let go.
const stopWithinMs = 1_500;

// Small files that are flushed to disk at the same time share the cost of it; libuv's four threads are too few. libuv
// reads it when the first thread is needed, and nothing that is loaded above needs one.
process.env.UV_THREADPOOL_SIZE ??= '32';

// What is made on the way to a file shall be open to whoever may read the file.
process.umask(0o022);

const signal = stopSignal(process);
signal.addEventListener('abort', () => {
  setTimeout(() => process.exit(signal.reason.exitCode), stopWithinMs).unref();
});

// not awaited: it is built as CommonJS, which starts sooner
run(process.argv.slice(2), {
  clock: systemClock,
  random: systemRandom,
  env: process.env,
  signal,
  writeLog: (line) => writeWhole(2, line, writeSync),
  writeOut: (text) => writeWhole(1, text, writeSync),
}).then((exitCode) => {
  // not process.exitCode: an attempt that was given up may still hold a socket, and nobody waits for it
  process.exit(exitCode);
});
