// `npm start`: the main job without a cluster, in seconds, on real parts. The CLI writes both pods of the article,
// then rehearses them: real helper, real files, a real site that fails first. At the end the page that the app would
// serve is compared with its source. Exit code 0 only if everything was right.
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { exitCodes } from '../src/exit-codes.ts';
import { serveFolder } from './app.ts';
import { greenroom } from './greenroom.ts';
import { makePage } from './page.ts';
import { openSite } from './site.ts';

const say = (text = '') => process.stdout.write(`${text}\n`);
const title = (text: string) => say(`\n${styleText('bold', text)}\n`);
const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const stopped = new AbortController();
process.once('SIGINT', () => stopped.abort(exitCodes.interrupted.code));
process.once('SIGTERM', () => stopped.abort(exitCodes.terminated.code));

const folder = await mkdtemp(join(tmpdir(), 'greenroom-start-'));
try {
  await main();
} catch (error) {
  if (stopped.signal.aborted) process.exitCode = stopped.signal.reason as number;
  else {
    process.exitCode = 1;
    say(styleText('red', `\nNot as it should be: ${error instanceof Error ? error.message : String(error)}`));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function main(): Promise<void> {
  const { signal } = stopped;
  const page = makePage();
  const path = '/index.php';
  await using site = await openSite(page, path);

  title('1. The CLI writes two pods: one downloads a page for its app, one waits for a Service.');
  const download = `http://site${path} /var/www/html${path}`;
  const pod = ['new', 'pod', 'php-updated', '--image', 'php:7-fpm', '--fetch', download];
  await greenroom(pod, { folder, into: 'php-updated.yaml', signal });
  const deployment = ['new', 'deployment', 'my-app', '--image', 'busybox:1.28', '--wait', 'dns://myappb'];
  await greenroom(deployment, { folder, into: 'my-app.yaml', signal });
  const manifest = await readFile(join(folder, 'php-updated.yaml'), 'utf8');
  say(styleText('dim', `\nphp-updated.yaml:\n${manifest.replace(/^/gm, '  ').trimEnd()}`));

  title('2. The download, rehearsed: the site answers 503 first, then breaks off in the middle.');
  const place = `site:80=127.0.0.1:${site.port}`;
  await greenroom(['rehearse', 'php-updated.yaml', '--service', place, '--keep', 'kept'], { folder, signal });

  title('3. The wait, rehearsed: the Service myappb is created after three seconds.');
  await greenroom(['rehearse', 'my-app.yaml', '--service', 'myappb@3s'], { folder, signal });
  say('dns://myappb waits for the name, as the article does. A name is there before anything answers behind it:');
  say('to wait for the app itself, tcp://myappb:80 or http://myappb/health say more.');

  title('4. What the app would serve, over HTTP from the volume, beside its source.');
  const served = await fetchPage(await findFile(join(folder, 'kept/volumes'), path.slice(1)), path);
  const digests = [
    ['source', page],
    ['served', served],
  ] as const;
  for (const [name, bytes] of digests) say(`  ${name}  ${bytes.length} bytes  sha256 ${digestOf(bytes)}`);
  if (site.story.length !== 3) throw new Error(`the site was asked otherwise than it should: ${site.story.join('; ')}`);
  if (!served.equals(page)) throw new Error('the page that the app would serve is not the one of the site');

  title('All as it should be.');
  say(`The site was asked ${site.story.length} times: ${site.story.join('; ')}.`);
  say('It was asked again from within the init container, which did not fail for it. What had arrived did not come');
  say('twice, and at no moment was there a half of the page for the app to see.');
  say();
  say('Next, with a manifest of your own:');
  say('  npx greenroom inject my.yaml --wait tcp://db:5432 > with-wait.yaml   # or --write; uninject takes it back');
  say('  npx greenroom rehearse with-wait.yaml --service db:5432@3s');
  say('  npx greenroom --help');
}

/** The folder below which the file lies: the only volume that has it. */
async function findFile(volumes: string, name: string): Promise<string> {
  for (const volume of await readdir(volumes)) {
    if ((await readdir(join(volumes, volume))).includes(name)) return join(volumes, volume);
  }
  throw new Error(`no volume holds ${name}`);
}

async function fetchPage(volume: string, path: string): Promise<Buffer> {
  await using app = await serveFolder(volume);
  const response = await fetch(`${app.url}${path}`);
  if (!response.ok) throw new Error(`the app answers ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}
