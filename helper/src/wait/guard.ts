// What ends a wait early: when one of its guards holds, what is waited for will not come.
import { parseGuard } from '../contract/guard.ts';
import { parseTarget } from '../contract/target.ts';
import type { WaitOptions } from '../contract/wait-options.ts';
import type { Network } from '../network/network.ts';
import type { Runtime } from '../runtime.ts';
import { type AskedTarget, probeFor } from './protocols.ts';
import { waitForOne } from './wait-for-one.ts';

/** A guard, ready to be asked. */
export interface Guard extends AskedTarget {
  readonly timeoutMs: number;
  /** What it asks for, without secrets. */
  readonly text: string;
}

/** @throws Failure USAGE, before anything was asked */
export function makeGuards(options: WaitOptions, network: Network, runtime: Runtime): Promise<Guard[]> {
  return Promise.all(
    options.failIf.map(async (words) => {
      const { targets, options: own } = parseGuard(words);
      const target = parseTarget(targets[0] ?? '');
      const asked = await probeFor(target, { options: own, network, runtime });
      const wanted = own.gone ? ' is gone' : own.condition === undefined ? '' : ` has the condition ${own.condition}`;
      return { ...asked, timeoutMs: own.timeoutMs, text: `${target.text}${wanted}` };
    }),
  );
}

/**
 * Asks a guard again and again.
 * @param runtime its signal ends it, since the wait is over
 * @returns whether it holds; false when the deadline has passed, or when it can never hold
 */
export async function holds(guard: Guard, runtime: Runtime, deadlineMs: number): Promise<boolean> {
  const { probe, pauses, timeoutMs, text } = guard;
  let isSaid = false;
  const outcome = await waitForOne(probe, runtime, {
    ...{ deadlineMs, timeoutMs, pauses },
    onNotReady: (cause) => {
      // once, so that a guard that cannot be asked (a name that is wrong, a right that is missing) does not go unseen
      runtime.log[isSaid ? 'debug' : 'info'](`--fail-if ${text}: does not hold: ${cause.message}`, { guard: text });
      isSaid = true;
    },
  });
  if (outcome.kind === 'broken') runtime.log.warn(`--fail-if ${text}: will never hold, and is not asked any more`);
  return outcome.kind === 'ready';
}
