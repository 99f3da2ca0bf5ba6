// A step ⇄ its words. The same words stand behind `greenroom-helper`, in a plan and in the CLI's flags.
import { Failure } from '../core/failure.ts';
import { suggest } from '../core/suggest.ts';
import { checkFetch, fetchesMany } from './check-fetch.ts';
import { checkWait } from './check-wait.ts';
import type { Environment } from './environment.ts';
import { type FetchOptions, fetchOptions } from './fetch-options.ts';
import { parseGuard } from './guard.ts';
import { formatOptions, parseOptions } from './options.ts';
import { checkSource } from './source.ts';
import { type WaitOptions, waitOptions } from './wait-options.ts';

/** Waits until its targets are ready. */
export interface WaitStep {
  readonly kind: 'wait';
  /** One or more; see target.ts. */
  readonly targets: readonly string[];
  readonly options: WaitOptions;
}

/** Downloads one source to one destination; or many files to a folder, see `fetchesMany`. */
export interface FetchStep {
  readonly kind: 'fetch';
  readonly source: string;
  /**
   * An absolute path; ending in `/`, the folder that shall hold the file under the source's own name. With `--unpack`,
   * and for many files, the folder that shall appear, without a slash at its end.
   */
  readonly destination: string;
  readonly options: FetchOptions;
}

export type Step = WaitStep | FetchStep;

/** The words that a step may begin with. */
export const stepKinds = ['wait', 'fetch'] as const;

export type StepKind = (typeof stepKinds)[number];

export const stepOptions = { wait: waitOptions, fetch: fetchOptions } as const;

/**
 * Reads a step's words, such as `wait tcp://db:5432 --deadline 2m`.
 * @param env gives what the words leave open; default: nothing
 * @throws Failure USAGE, naming the word and what would have been right
 */
export function parseStep(words: readonly string[], env: Environment = {}): Step {
  const [kind = '', ...rest] = words;
  if (kind === 'wait') {
    const { operands, values } = parseOptions(kind, waitOptions, rest, env);
    checkWait(operands, values, parseOptions(kind, waitOptions, rest, {}).values);
    for (const guard of values.failIf) parseGuard(guard);
    return { kind, targets: operands, options: values };
  }
  if (kind === 'fetch') {
    const { operands, values } = parseOptions(kind, fetchOptions, rest, env);
    const [source, destination, ...surplus] = operands;
    if (source === undefined || destination === undefined || surplus.length > 0) {
      throw new Failure(
        'USAGE',
        `fetch: takes a source and a destination, such as https://example.org/a /data/a; got ${operands.length} operand${operands.length === 1 ? '' : 's'}`,
      );
    }
    checkSource(source);
    checkFetch(source, values, parseOptions(kind, fetchOptions, rest, {}).values);
    if (!destination.startsWith('/')) {
      throw new Failure('USAGE', `fetch: the destination must be an absolute path, not ${JSON.stringify(destination)}`);
    }
    // the folder itself: a slash at its end would ask for the source's name in it
    const place = values.unpack || fetchesMany(source, values) ? destination.replace(/\/+$/, '') || '/' : destination;
    return { kind, source, destination: place, options: values };
  }
  const nearest = suggest(kind, stepKinds);
  const cure = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  throw new Failure('USAGE', `a step begins with ${stepKinds.join(' or ')}, not ${JSON.stringify(kind)}${cure}`);
}

/** Writes a step so that `parseStep` reads the same one back; options that have their default are left out. */
export function formatStep(step: Step): string[] {
  switch (step.kind) {
    case 'wait':
      return [step.kind, ...formatOptions(waitOptions, step.options, step.targets)];
    case 'fetch':
      return [step.kind, ...formatOptions(fetchOptions, step.options, [step.source, step.destination])];
  }
}
