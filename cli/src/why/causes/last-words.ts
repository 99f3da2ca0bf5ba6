// What a container that ended said last: the helper's termination message, any other one, or the end of its log.

import type { Fact } from '../cause.ts';
import { type ContainerView, helperEnd } from '../container-view.ts';
import type { PodView } from '../pod-view.ts';
import { logKey } from '../snapshot.ts';
import { lastLines, quoted } from '../words.ts';

export interface LastWords {
  /** `: cannot find config.yaml`, or nothing. */
  readonly said: string;
  readonly facts: readonly Fact[];
  /** It ended without a word: its log was read, and is empty. */
  readonly isSilent: boolean;
}

const fewLines = 4;

export function lastWords({ snapshot, namespace, name }: PodView, container: ContainerView): LastWords {
  const ours = helperEnd(container);
  if (ours !== undefined) return { said: `: ${quoted(ours.sentence)}`, facts: [], isSilent: false };
  const message = container.end?.message ?? '';
  const text = message.trim() === '' ? snapshot.logs.get(logKey(namespace, name, container.name)) : message;
  const lines = lastLines(text, fewLines);
  const last = lines.at(-1);
  return {
    said: last === undefined ? '' : `: ${shorten(last)}`,
    isSilent: last === undefined && text !== undefined,
    facts:
      lines.length > 1 || (last !== undefined && shorten(last) !== last) ? lines.map((line) => ['said', line]) : [],
  };
}

const longest = 120;

/** A log line may carry its time, and be JSON: the message is what counts. */
function shorten(line: string): string {
  const plain = messageIn(line).replace(/^\[?\d{4}-\d\d-\d\d[T ][\d:.,]+(?:Z|[+-]\d\d:?\d\d)?\]?\s*/, '');
  return plain.length > longest ? `${plain.slice(0, longest - 1)}…` : plain;
}

function messageIn(line: string): string {
  if (!line.startsWith('{')) return line;
  try {
    const { msg, message } = JSON.parse(line) as { msg?: unknown; message?: unknown };
    const text = msg ?? message;
    return typeof text === 'string' ? text : line;
  } catch {
    return line;
  }
}
