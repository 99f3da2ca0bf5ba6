// What waiting needs of a protocol: something that asks its target once. The loop, the clock and the words are not
// a probe's business.
import type { WaitOptions } from '../contract/wait-options.ts';
import type { Failure } from '../core/failure.ts';
import type { Network, Phase as NetworkPhase } from '../network/network.ts';
import type { Runtime } from '../runtime.ts';

/** What an attempt is busy with; where it hangs, this says what on. */
export type Phase =
  | NetworkPhase
  /** Connected; the peer has yet to say something. */
  | { readonly kind: 'answer'; readonly endpoint: string };

/** One question. */
export interface Ask {
  /** Aborted when the attempt is over, for whatever reason: everything that it opened is closed then. */
  readonly signal: AbortSignal;
  /** Told as each part of the attempt begins. */
  readonly onPhase: (phase: Phase) => void;
}

/** Unknown is never ready: whatever is not clearly the one is "not ready", or broken. */
export type Readiness =
  | { readonly kind: 'ready' }
  /** Not yet: asking again may help. */
  | { readonly kind: 'not-ready'; readonly cause: Failure }
  /** Never: asking again will not help. */
  | { readonly kind: 'broken'; readonly cause: Failure };

/** Asks one target. Keeps nothing between two questions but what it was made with, unless it can be told of changes. */
export interface Probe {
  /**
   * Asks once.
   * @throws a Failure counts as "not ready" where its code is retryable, else as "broken"; anything else is a bug
   */
  check(ask: Ask): Promise<Readiness>;
  /**
   * Where a target says by itself that it has changed: resolves with true then, and takes the place of the pause.
   * False: it does not say so now, and asking again after a pause is the only way.
   * @throws the signal's reason
   */
  changed?(signal: AbortSignal): Promise<boolean>;
  /** Gives up what it holds between two questions; it is not asked again. */
  close?(): void;
}

/** What a probe may be made of. */
export interface ProbeWorld {
  readonly options: WaitOptions;
  readonly network: Network;
  readonly runtime: Runtime;
}

export const ready: Readiness = { kind: 'ready' };
