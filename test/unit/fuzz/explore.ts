// `npm run fuzz -- [--minutes N] [PARSER...]`: looks for inputs that reach code which none did before, each parser for
// N minutes of the processor's time (default 1), in a thread of its own. What adds something goes into corpus/, where the tests try it; what is
// refused in no words for people, or takes too long, is a fault, and goes there too.
import { writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Findings, Order } from './explore-one.ts';
import { formatCorpus, type Parser, parsers, readCorpus } from './parsers.ts';

const args = process.argv.slice(2);
const at = args.indexOf('--minutes');
const minutes = at < 0 ? 1 : Number(args.splice(at, 2)[1]);
const wanted = args.map((name) => parsers.find((one) => one.name === name)?.name ?? name);
const unknown = wanted.filter((name) => !parsers.some((one) => one.name === name));
if (unknown.length > 0 || !(minutes > 0)) {
  process.stderr.write(`npm run fuzz -- [--minutes N] [PARSER...], of ${parsers.map(({ name }) => name).join(', ')}\n`);
  process.exit(2);
}

// what one input may take before it is said to be without end: of the processor's time, or of everybody's
const [silentCpuMs, silentMs] = [60_000, 600_000];
// of a corpus, so that all of them stay small; what is a fault is always kept
const mostCorpusBytes = 5_000;

const presentBytes = 65_536;

/** Explores one parser; where its thread dies or hangs, the input that it was at is the fault. */
async function explore({ name }: Parser): Promise<Findings> {
  const shared = new SharedArrayBuffer(8 + presentBytes);
  const [counter, present] = [new Int32Array(shared, 0, 2), new Uint8Array(shared, 8)];
  const order: Order = { name, seed: Date.now() % 2 ** 31, lengthMs: minutes * 60_000, shared };
  const worker = new Worker(new URL('./explore-one.ts', import.meta.url), { workerData: order });
  const lost = (message: string): Findings => {
    const input = Buffer.from(present.subarray(0, counter[1]));
    return { inputs: counter[0] ?? 0, characters: 0, kept: [], faults: [{ input, message }] };
  };
  let last = { inputs: -1, cpuMs: 0, atMs: 0 };
  let watch: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Findings>((resolve) => {
      worker.on('message', resolve);
      worker.on('error', (error) => resolve(lost(String((error as Error).stack ?? error))));
      worker.on('exit', (code) => resolve(lost(`the thread ended with ${code}`)));
      watch = setInterval(() => {
        const { user, system } = process.cpuUsage();
        const now = { inputs: counter[0] ?? 0, cpuMs: (user + system) / 1_000, atMs: performance.now() };
        if (now.inputs !== last.inputs) last = now;
        else if (now.cpuMs - last.cpuMs > silentCpuMs || now.atMs - last.atMs > silentMs) resolve(lost('no end'));
      }, 5_000);
    });
  } finally {
    clearInterval(watch);
    await worker.terminate();
  }
}

let faults = 0;
for (const parser of parsers.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const found = await explore(parser);
  faults += found.faults.length;
  const chosen: Buffer[] = found.faults.map(({ input }) => Buffer.from(input)).filter(({ length }) => length <= 4_096);
  // a thread that was lost brought nothing else, and what is there stays
  const kept = found.kept.length === 0 ? readCorpus(parser) : found.kept.map((one) => Buffer.from(one));
  for (const input of kept) {
    if (formatCorpus(parser, [...chosen, input]).text.length <= mostCorpusBytes) chosen.push(input);
  }
  const { path, text } = formatCorpus(parser, chosen);
  writeFileSync(path, text);
  process.stdout.write(
    `${parser.name}: ${found.inputs} inputs, ${found.characters} characters of the sources ran, ${chosen.length} kept, ${found.faults.length} faults\n`,
  );
  for (const { input, message } of found.faults) {
    process.stdout.write(`  FAULT ${JSON.stringify(Buffer.from(input).toString('latin1'))}\n  ${message}\n`);
  }
}
process.exitCode = faults > 0 ? 1 : 0;
