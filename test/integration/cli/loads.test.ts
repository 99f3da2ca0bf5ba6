// What a start reads: a command that does little loads little. Bytes of the bundle, which no noise of the machine moves.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { cleanEnv } from '../../support/environment.ts';
import { cliProgram } from '../../support/run-cli.ts';

/** The bytes of our files that a command line loads. */
function loadedBytes(...words: readonly string[]): number {
  const script = `
const { statSync, writeSync } = require('node:fs');
process.argv.splice(1, 0, ${JSON.stringify(cliProgram)});
process.on('exit', () => writeSync(3, String(Object.keys(require.cache).reduce((sum, file) => sum + statSync(file).size, 0))));
require(${JSON.stringify(cliProgram)});`;
  const ended = spawnSync(process.execPath, ['--eval', script, '--', ...words], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    env: cleanEnv({ NODE_DISABLE_COMPILE_CACHE: '1' }),
    encoding: 'utf8',
  });
  return Number(ended.output[3]);
}

// yargs has 138 kB, the parser of YAML 165, lint and convert 100
for (const [line, most] of [
  ['--version', 150_000],
  ['--help', 150_000],
  ['inject --help', 150_000],
  ['inject --wiat x app.yaml', 290_000],
  ['inject app.yaml', 320_000],
] as const) {
  test(`greenroom ${line} loads at most ${most / 1_000} kB`, () => {
    const bytes = loadedBytes(...line.split(' '));
    assert.ok(bytes > 50_000 && bytes < most, `${bytes} bytes`);
  });
}
