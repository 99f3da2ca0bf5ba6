// Which parts of which functions have run, as V8 counts them; whether an input reached one that none did before.
import { Session } from 'node:inspector';

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

interface ScriptCoverage {
  readonly url: string;
  readonly scriptId: string;
  readonly functions: readonly { readonly functionName: string; readonly ranges: readonly Range[] }[];
}

/** What the runs since the last look did. Functions without blocks are left out. */
export type Taken = readonly { readonly key: string; readonly ranges: readonly Range[] }[];

export class Coverage {
  readonly #session = new Session();
  /** Files that had a share in it. */
  readonly files = new Set<string>();

  /** Begins. What was compiled before is not seen in parts. */
  constructor() {
    this.#session.connect();
    this.#post('Profiler.enable');
    this.#post('Profiler.startPreciseCoverage', { callCount: true, detailed: true, allowTriggeredUpdates: false });
  }

  /** What has run since the last time. */
  take(): Taken {
    const { result } = this.#post('Profiler.takePreciseCoverage') as { result: ScriptCoverage[] };
    return result.flatMap(({ url, scriptId, functions }) => {
      if (!url.startsWith('file:') || url.includes('/test/')) return [];
      this.files.add(url);
      return functions.flatMap(({ ranges }) =>
        (ranges[0]?.count ?? 0) > 0 ? [{ key: `${scriptId}:${ranges[0]?.startOffset}`, ranges }] : [],
      );
    });
  }

  #post(method: string, parameters: object = {}): unknown {
    let answer: unknown;
    // it answers at once
    this.#session.post(method, parameters, (error: Error | null, result?: object) => {
      if (error !== null) throw error;
      answer = result;
    });
    return answer;
  }
}

interface Known {
  /** For each character of the function, whether it has run. */
  readonly run: Uint8Array;
  left: number;
  /** How often it ran at most in one go, as a power of two. */
  often: number;
}

// what runs more often is taken for the same
const mostOften = 7;

/** All that has been reached so far. */
export class Reached {
  readonly #functions = new Map<string, Known>();
  characters = 0;

  /** How many characters of it had not run before. */
  gain(taken: Taken): number {
    return taken.reduce((sum, { key, ranges }) => {
      const known = this.#functions.get(key);
      return known?.left === 0 ? sum : sum + freshIn(known, ranges).length;
    }, 0);
  }

  /**
   * Adds what one input reached.
   * @returns how much of it is new: characters that had not run, and functions that never ran so often
   */
  add(taken: Taken): number {
    let fresh = 0;
    for (const { key, ranges } of taken) {
      const { startOffset, endOffset, count } = ranges[0] as Range;
      let known = this.#functions.get(key);
      if (known === undefined) {
        const length = endOffset - startOffset;
        known = { run: new Uint8Array(length), left: length, often: 0 };
        this.#functions.set(key, known);
      }
      const often = Math.min(mostOften, Math.floor(Math.log2(count)));
      if (often > known.often) {
        known.often = often;
        fresh++;
      }
      if (known.left === 0) continue;
      const places = freshIn(known, ranges);
      for (const at of places) known.run[at] = 1;
      known.left -= places.length;
      this.characters += places.length;
      fresh += places.length;
    }
    return fresh;
  }
}

function freshIn(known: Known | undefined, ranges: readonly Range[]): number[] {
  const { startOffset: begin, endOffset: end } = ranges[0] as Range;
  const now = new Uint8Array(end - begin);
  // the outer ones come before those in them
  for (const { startOffset, endOffset, count } of ranges) {
    now.fill(count > 0 ? 1 : 0, startOffset - begin, endOffset - begin);
  }
  const places: number[] = [];
  for (let at = 0; at < now.length; at++) if (now[at] === 1 && known?.run[at] !== 1) places.push(at);
  return places;
}
