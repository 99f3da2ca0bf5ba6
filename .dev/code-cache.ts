// Compiles the helper once, at build time, so that not every start of every pod does it again: runs it over steps such as
// people write, and keeps what V8 compiled beside the parts. Measured in test/bench/start.md.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** @throws Error where the helper fails at these steps */
export async function recordCode(root: string): Promise<void> {
  const server = createServer((_, response) => response.end('ready\n'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const address = `127.0.0.1:${port}`;
  const folder = mkdtempSync(join(tmpdir(), 'greenroom-code-'));
  const plan = join(folder, 'plan.yaml');
  const steps = [
    `- wait: [tcp://${address}, tcp://localhost:${port}]`,
    '- wait: dns://localhost',
    `- wait: http://${address}/`,
    `- {fetch: 'http://${address}/', to: ${folder}/page}`,
  ];
  writeFileSync(plan, `${steps.join('\n')}\n`);
  try {
    // Two builds give the same bytes: strings are hashed with the seed, and no function is written down as being compiled
    // in another thread at the moment.
    const reproducible = ['--random-seed=1', '--no-concurrent-sparkplug'];
    const words = [...reproducible, '--require', join(root, '.dev/record-code.cjs')];
    const program = join(root, 'dist/helper/greenroom-helper.js');
    await promisify(execFile)(process.execPath, [...words, program, 'run', plan], {
      env: { GREENROOM_TERMINATION_LOG: join(folder, 'termination'), GREENROOM_DEADLINE: '5s' },
    });
  } finally {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true });
  }
}
