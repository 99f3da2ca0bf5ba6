// The worker of explore.ts: one parser, inputs made from those that reached something new, and what is found.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import fc from 'fast-check';
import { seeded } from '../../bench/schedules.ts';
import { Coverage, Reached } from './coverage.ts';
import { type Materials, mutate, stretch } from './mutate.ts';

export interface Order {
  readonly name: string;
  readonly seed: number;
  readonly lengthMs: number;
  /** Written to as it goes: how many inputs, then the length of the present one, then that one. */
  readonly shared: SharedArrayBuffer;
}

export interface Findings {
  readonly inputs: number;
  /** Characters of the sources that ran. */
  readonly characters: number;
  /** The least that reaches all of that. */
  readonly kept: readonly Uint8Array[];
  readonly faults: readonly { readonly input: Uint8Array; readonly message: string }[];
}

// texts of a manifest, archives of two entries
const mostBytes = 4_096;
const stretchedBytes = 40_000;
// so many inputs are run for one look at what they reached
const batch = 8;
const mostMs = 1_500;
const mostStretchedMs = 5_000;

const { name, seed, lengthMs, shared } = workerData as Order;
const counter = new Int32Array(shared, 0, 2);
const present = new Uint8Array(shared, 8);

// before the parsers are loaded: of what was compiled earlier it sees no parts
const coverage = new Coverage();
const { parsers, readCorpus, threadCpuMs, tryInput } = await import('./parsers.ts');
const { pieces, texts } = await import('./pieces.ts');
const parser = parsers.find((one) => one.name === name);
if (parser === undefined) throw new Error(`no parser ${name}`);

const chance = seeded(seed);
const faults = new Map<string, { input: Uint8Array; message: string }>();
let inputs = 0;

async function run(input: Buffer, longestMs: number): Promise<void> {
  counter[0] = ++inputs;
  counter[1] = Math.min(input.length, present.length);
  present.set(input.subarray(0, present.length));
  try {
    await tryInput(parser as (typeof parsers)[number], input, longestMs);
  } catch (error) {
    // the same place is one fault, with its shortest input
    const { message } = error as Error;
    const place = /\n\s+at .*/.exec(message)?.[0] ?? message.replace(/\d+/g, '');
    const known = faults.get(place);
    if (known === undefined || known.input.length > input.length) faults.set(place, { input, message });
  }
}

/** Runs one input, and tells what it reached. */
async function look(input: Buffer) {
  coverage.take();
  await run(input, mostMs);
  return coverage.take();
}

/** Words that stand in quotes in the sources that ran: what the parsers look for. */
function wordsOfSources(): Buffer[] {
  const own = [...coverage.files].filter((url) => !url.includes('/node_modules/'));
  const words = own.flatMap((url) =>
    [...readFileSync(fileURLToPath(url), 'utf8').matchAll(/'([^'\n]{1,24})'/g)].map(([, word = '']) => word),
  );
  // no names of modules
  const wanted = words.filter((word) => !/^(?:\.|node:)/.test(word));
  return [...new Set(wanted)].map((word) => Buffer.from(word));
}

const reached = new Reached();
const queue: Buffer[] = [];
const first = [...parser.seeds, ...readCorpus(parser)];
const random = parser.takes === 'text' ? fc.sample(texts, { numRuns: 200, seed }).map((text) => Buffer.from(text)) : [];
for (const input of [Buffer.alloc(0), ...first, ...random].map((one) => one.subarray(0, mostBytes))) {
  if (reached.add(await look(input)) > 0) queue.push(input);
}
const dictionary = [...pieces.map((piece) => Buffer.from(piece)), ...wordsOfSources()];
const materials: Materials = { chance, dictionary, mostBytes };
const choose = () => {
  // half of the time one of the newest
  const from = chance() < 0.5 ? Math.max(0, queue.length - 16) : 0;
  return queue[from + Math.floor(chance() * (queue.length - from))] ?? Buffer.alloc(0);
};

/** Time of the processor's, so that a busy machine finds as much; or the four times of everybody's, for what waits. */
function hasTime(share: number): () => boolean {
  const [cpuMs, atMs] = [threadCpuMs(), performance.now()];
  return () => threadCpuMs() - cpuMs < lengthMs * share && performance.now() - atMs < 4 * lengthMs * share;
}

for (const goesOn = hasTime(1); goesOn(); ) {
  if (chance() < 0.01) await run(stretch(choose(), stretchedBytes, materials), mostStretchedMs);
  coverage.take();
  const tried = Array.from({ length: batch }, () => mutate(choose(), queue, materials));
  for (const input of tried) await run(input, mostMs);
  if (reached.gain(coverage.take()) > 0) {
    for (const input of tried) if (reached.add(await look(input)) > 0) queue.push(input);
  }
}

/** The fewest and shortest inputs that reach as much, each without what adds nothing. */
async function minimise(hasMore: () => boolean): Promise<Buffer[]> {
  const again = new Reached();
  const kept: Buffer[] = [];
  for (const input of queue.toSorted((one, other) => one.length - other.length)) {
    const taken = await look(input);
    if (again.gain(taken) === 0) continue;
    kept.push(hasMore() ? await shorten(input, again) : input);
    again.add(await look(kept.at(-1) as Buffer));
  }
  return kept;
}

/** Leaves pieces out for as long as what is new with it stays as much. */
async function shorten(input: Buffer, before: Reached): Promise<Buffer> {
  const gain = async (candidate: Buffer) => before.gain(await look(candidate));
  const whole = await gain(input);
  let best = input;
  for (let size = best.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at + size <= best.length; ) {
      const without = Buffer.concat([best.subarray(0, at), best.subarray(at + size)]);
      if ((await gain(without)) >= whole) best = without;
      else at += size;
    }
  }
  return best;
}

// no more time for it than for the search
const kept = await minimise(hasTime(0.5));
const findings: Findings = { inputs, characters: reached.characters, kept, faults: [...faults.values()] };
parentPort?.postMessage(findings);
