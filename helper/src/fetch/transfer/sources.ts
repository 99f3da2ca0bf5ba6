// The source and its mirrors, and which of them is asked next. Pure.
import type { Failure } from '../../core/failure.ts';
import type { FailureCodeName } from '../../core/failure-codes.ts';

// What one copy may have wrong, and another right.
const ofOneSource: ReadonlySet<FailureCodeName> = new Set(['HTTP_REFUSED', 'TOO_MANY_REDIRECTS', 'INTEGRITY_MISMATCH']);

export interface Sources {
  readonly current: string;
  /**
   * Goes on to the next one.
   * @returns true when the failure is this source's own, final, and another one is left: ask that at once
   */
  failed(failure: Failure): boolean;
}

/** @param urls at least one; the first is asked until it fails */
export function createSources(urls: readonly string[]): Sources {
  let left = [...urls];
  let index = 0;
  return {
    get current() {
      return left[index] ?? '';
    },
    failed: (failure) => {
      if (!failure.retryable && left.length > 1 && ofOneSource.has(failure.code)) {
        left = left.filter((_, at) => at !== index);
        index %= left.length;
        return true;
      }
      index = (index + 1) % left.length;
      return false;
    },
  };
}
