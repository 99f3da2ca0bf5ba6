// What the last lines of the helper's log say of a wait: what is pending, why, how long it still has. Pure.

export interface HelperLog {
  /** The last thing it said, with the hint apart. */
  readonly message: string | undefined;
  readonly hint: string | undefined;
  /** Targets that are not ready, by the last line that named them. */
  readonly pending: readonly string[];
  /** The code of the last cause of a target. */
  readonly causes: ReadonlyMap<string, string>;
  readonly step: string | undefined;
  /** All of its targets are ready: it is about to end. */
  readonly isReady: boolean;
  /** It has said that it gives up. */
  readonly hasFailed: boolean;
}

interface Line {
  readonly msg?: string;
  readonly hint?: string;
  readonly pending?: readonly string[];
  readonly targets?: readonly string[];
  readonly target?: string;
  readonly cause?: string;
  readonly step?: string;
  readonly outcome?: string;
}

export function readHelperLog(text: string): HelperLog {
  let pending: readonly string[] = [];
  let last: Line = {};
  const causes = new Map<string, string>();
  let readies = 0;
  for (const line of text.split('\n').flatMap(parseLine)) {
    last = { ...line, ...(line.hint === undefined && last.hint !== undefined ? { hint: last.hint } : {}) };
    if (line.targets !== undefined) pending = line.targets;
    if (line.pending !== undefined) pending = line.pending;
    if (line.target === undefined) continue;
    if (line.cause !== undefined) causes.set(line.target, line.cause);
    else if (/\bready\b/.test(line.msg ?? '') && !/not ready/.test(line.msg ?? '')) {
      pending = pending.filter((target) => target !== line.target);
      readies++;
    }
  }
  const isReady = readies > 0 && pending.length === 0;
  return {
    message: last.msg,
    hint: isReady ? undefined : last.hint,
    pending,
    isReady,
    causes,
    step: last.step,
    hasFailed: last.outcome === 'failed',
  };
}

function parseLine(text: string): Line[] {
  if (!text.startsWith('{')) return [];
  try {
    return [JSON.parse(text) as Line];
  } catch {
    return [];
  }
}
