// The image's `fetch` from a real server into a volume: limits, SIGKILL in the middle, the same volume again.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { docker, inVolume, makeNetwork, makeVolume, runHelper, startHelper } from './docker.ts';
import { startServer } from './servers.ts';

const limited = ['--memory=256m', '--memory-swap=256m'];
let network = '';
let sha256 = '';
before(async () => {
  network = await makeNetwork('fetch');
  const server = await startServer('nginx', network, 'origin');
  sha256 = (await docker('exec', server.getId(), 'sha256sum', '/www/large')).split(' ')[0] ?? '';
});

test('fetches a file of 24 MB into a volume, verified, in 256 MB', async () => {
  const volume = await makeVolume('whole');
  const { exitCode, log, container } = await runHelper(
    [...limited, `--network=${network}`, `--volume=${volume}:/data`],
    ['fetch', 'http://origin:8080/large', '/data/large', `--sha256=${sha256}`],
  );
  assert.equal(exitCode, 0, log);
  assert.equal(await container.wasOutOfMemory(), false);
  assert.match(await inVolume(volume, 'sha256sum /data/large'), new RegExp(`^${sha256}`));
  assert.equal(await inVolume(volume, 'ls /data'), 'large');
});

test('killed in the middle it leaves no file, and its next start over the same volume finishes', async () => {
  const volume = await makeVolume('killed');
  const options = [...limited, `--network=${network}`, `--volume=${volume}:/data`];
  const held = ['fetch', 'http://origin:8080/held/large', '/data/large', '--connections=1'];
  const first = await startHelper(options, held);
  // some of it is on the disk: wherever the helper keeps what is not finished
  await inVolume(volume, 'until [ $(du -s /data | cut -f1) -gt 1024 ]; do :; done');
  await docker('kill', '--signal=KILL', first.id);
  assert.equal(await first.ended(), 137);
  assert.equal(await inVolume(volume, 'test -e /data/large || echo missing'), 'missing');

  const { exitCode, log } = await runHelper(options, [
    ...['fetch', 'http://origin:8080/large', '/data/large', `--sha256=${sha256}`],
  ]);
  assert.equal(exitCode, 0, log);
  assert.match(await inVolume(volume, 'sha256sum /data/large'), new RegExp(`^${sha256}`));
});

test('a folder that its user may not write is a fault of its own, not a bug', async () => {
  const { exitCode, log } = await runHelper(
    [...limited, `--network=${network}`],
    ['fetch', 'http://origin:8080/page.html', '/page.html'],
  );
  assert.doesNotMatch(log, /"code":"BUG"/);
  assert.match(log, /read-only|permission|EROFS|EACCES/i);
  assert.ok(exitCode > 0 && exitCode < 124, `exit code ${exitCode}`);
});
