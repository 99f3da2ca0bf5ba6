// What waiting costs: processor time and memory of helpers whose targets are not ready. Rewrites waiting.md. All of
// them wait at the same time, and processor time is counted by the kernel, so other load changes little.
// GREENROOM_BENCH_SECONDS: for how long, after three seconds of starting (default 60).
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiServer } from '../support/api-server.ts';
import { startDnsServer } from '../support/dns-server.ts';
import { markdownTable } from '../support/generated-section.ts';
import { startHelper } from '../support/run-helper.ts';
import { closedPort } from '../support/tcp-listener.ts';
import { createTempDir } from '../support/temp-dir.ts';

const seconds = Number(process.env.GREENROOM_BENCH_SECONDS ?? 60);
// of a tick, as /proc/PID/stat counts (getconf CLK_TCK is 100 on Linux)
const tickMs = 10;

await using dns = await startDnsServer(() => 'NXDOMAIN');
await using api = await ApiServer.start();
using folder = createTempDir();
const port = await closedPort();
const conf = `search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver ${dns.nameserver}\noptions ndots:5\n`;
const asDns = {
  GREENROOM_RESOLV_CONF: folder.write('resolv.conf', conf),
  GREENROOM_HOSTS_FILE: folder.write('hosts', ''),
};
const hundred = Array.from({ length: 100 }, (_, index) => `tcp://127.1.0.${index}:${port}`);

const waits: readonly (readonly [name: string, targets: readonly string[], env?: Readonly<Record<string, string>>])[] =
  [
    ['tcp://, refused', [`tcp://127.0.0.1:${port}`]],
    ['http://, refused', [`http://127.0.0.1:${port}/`]],
    ['dns://, no such name under three search domains', ['dns://db'], asDns],
    ['k8s://job/…, watched', ['k8s://job/migrate'], api.env],
    ['file://, not there', ['file:///nowhere/ready']],
    ['100 × tcp://, refused', hundred],
  ];

const usedMs = (pid: number) => {
  // the fields after the name in brackets, which may hold anything: utime and stime
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
};
const residentMb = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;

const helpers = waits.map(([name, targets, env]) => ({
  name,
  ...startHelper(['wait', ...targets, '--deadline', '30m'], env),
}));
await sleep(3_000);
const before = helpers.map(({ child }) => usedMs(child.pid ?? 0));
await sleep(seconds * 1_000);
const rows = helpers.map(({ name, child }, index) => {
  const pid = child.pid ?? 0;
  const share = (usedMs(pid) - (before[index] ?? 0)) / (seconds * 1_000);
  return [name, `${(share * 100).toFixed(2)} %`, `${residentMb(pid).toFixed(0)} MB`];
});
for (const { child } of helpers) child.kill();
await Promise.all(helpers.map(({ ended }) => ended));

writeFileSync(
  join(import.meta.dirname, 'waiting.md'),
  `# Waiting, measured

\`npm run bench -- waiting\` rewrites this page. ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? ''}, ${process.platform}; ${seconds} s, from the third second of the wait on, all at the same time. The aim is 0.5 % of a core for a wait for one target.

${markdownTable(['waits for', 'of one core', 'memory (VmRSS)'], rows)}

The share falls with the time waited, since the pauses grow. Most of the memory is Node's own program.
`,
);
