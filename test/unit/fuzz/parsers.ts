// All parsers under one roof: what each is given, and what may come of it.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { Unsure } from '../../../cli/src/convert/script/syntax.ts';
import { Fault } from '../../../cli/src/fault.ts';
import { ConfigFault } from '../../../cli/src/fn/config.ts';
import { Failure } from '../../../helper/src/contract/index.ts';
import { root } from '../../support/read-imports.ts';
import { commandParsers, manifests } from './command-line.ts';
import { bytesParsers } from './peers.ts';
import { textParsers } from './texts.ts';

export interface Parser {
  readonly name: string;
  readonly takes: 'text' | 'bytes';
  readonly parse: (input: Buffer) => unknown;
  readonly seeds: readonly Buffer[];
}

export const parsers: readonly Parser[] = [
  ...Object.entries(bytesParsers).map(([name, { parse, seeds }]): Parser => {
    return { name, takes: 'bytes', parse, seeds: seeds.map((seed) => Buffer.from(seed as string)) };
  }),
  ...Object.entries({ ...textParsers, ...commandParsers }).map(([name, parse]): Parser => {
    const seeds = name in commandParsers ? manifests : [];
    return {
      name,
      takes: 'text',
      parse: (input) => parse(input.toString()),
      seeds: seeds.map((seed) => Buffer.from(seed)),
    };
  }),
];

/** Processor time of this thread alone: a busy machine changes nothing in it. */
export function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/**
 * Has an input parsed. It is read, or refused in words that are meant for people, within a time.
 * @throws AssertionError where it is not
 */
export async function tryInput({ name, parse, takes }: Parser, input: Buffer, mostMs: number): Promise<void> {
  const startMs = threadCpuMs();
  const shown = () => JSON.stringify(input.subarray(0, 200).toString(takes === 'text' ? 'utf8' : 'latin1'));
  try {
    // what is parsed at once needs no turn of the loop
    const result = parse(input);
    if (result instanceof Promise) await result;
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    const isForUsers = [Failure, Fault, Unsure, ConfigFault].some((one) => error instanceof one);
    const isBug = error instanceof Failure && error.code === 'BUG';
    assert.ok(isForUsers && !isBug, `${name}: ${shown()}: ${(error as Error).stack}`);
  }
  const tookMs = threadCpuMs() - startMs;
  assert.ok(tookMs < mostMs, `${name}: ${shown()} of ${input.length} bytes: ${tookMs} ms of processor time`);
}

const corpusPath = (name: string) =>
  join(
    root,
    'test/unit/fuzz/corpus',
    `${name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')}.json`,
  );

/** What was found for a parser; bytes are deflated, in base64. */
export function readCorpus({ name, takes }: Parser): Buffer[] {
  const path = corpusPath(name);
  if (!existsSync(path)) return [];
  const texts = JSON.parse(readFileSync(path, 'utf8')) as string[];
  return texts.map((text) => (takes === 'text' ? Buffer.from(text) : inflateRawSync(Buffer.from(text, 'base64'))));
}

/** Where the corpus of a parser lies, and what it is as text. */
export function formatCorpus({ name, takes }: Parser, inputs: readonly Buffer[]): { path: string; text: string } {
  const texts = inputs.map((input) => (takes === 'text' ? input.toString() : deflateRawSync(input).toString('base64')));
  // as the formatter has it: on one line, where it fits there
  const line = `[${texts.map((text) => JSON.stringify(text)).join(', ')}]`;
  return { path: corpusPath(name), text: `${line.length <= 120 ? line : JSON.stringify(texts, null, 2)}\n` };
}
