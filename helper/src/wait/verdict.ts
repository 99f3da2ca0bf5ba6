// How a wait that did not succeed is put: one Failure that names everything that is missing. Pure.
import { describeDuration } from '../core/duration.ts';
import { Failure } from '../core/failure.ts';
import { countAttempts, type Goal, type Standing } from './progress.ts';

/** What is known when it ends. */
export interface Ending {
  readonly goal: Goal;
  readonly standings: readonly Standing[];
  readonly elapsedMs: number;
}

/** The deadline has passed. */
export function deadlineFailure({ goal, standings, elapsedMs }: Ending): Failure {
  const missing = standings.filter(({ state }) => state !== 'ready');
  const after = describeDuration(elapsedMs);
  const [first] = missing;
  const message =
    missing.length === 1 && first !== undefined
      ? `${first.target} not ${goal} after ${after} (${countAttempts(first.attempts)}): ${wordsOf(first)}`
      : `${missing.length} of ${standings.length} targets not ${goal} after ${after}: ${missing.map(describe).join('; ')}`;
  return new Failure('DEADLINE_PASSED', message, optionsOf(missing, elapsedMs));
}

/** A target that is needed will never be ready. Its own code decides how the run ends. */
export function brokenFailure({ goal, standings, elapsedMs }: Ending): Failure {
  const broken = standings.filter(({ state }) => state === 'broken');
  const [first] = broken;
  const code = first?.cause?.code ?? 'BUG';
  const message =
    broken.length === 1 && first !== undefined
      ? `${first.target} cannot become ${goal}: ${wordsOf(first)}`
      : `${broken.length} of ${standings.length} targets cannot become ${goal}: ${broken.map(describe).join('; ')}`;
  return new Failure(code, message, optionsOf(broken, elapsedMs));
}

/** A guard holds: what is missing will not come. */
export function guardFailure(guard: string, { standings, elapsedMs }: Ending): Failure {
  const missing = standings.filter(({ state }) => state !== 'ready');
  const { details, ...also } = optionsOf(missing, elapsedMs);
  const message = `given up after ${describeDuration(elapsedMs)}, since ${guard} (--fail-if); not ready: ${missing.map(describe).join('; ')}`;
  return new Failure('GUARD_HOLDS', message, { ...also, details: { ...details, target: guard } });
}

/** Told to stop: the same failure, with what was still missing at that moment. */
export function stoppedFailure(reason: Failure, { standings, elapsedMs }: Ending): Failure {
  const missing = standings.filter(({ state }) => state !== 'ready');
  const message = `${reason.message} after ${describeDuration(elapsedMs)} of waiting for ${missing.map(describe).join('; ')}`;
  return new Failure(reason.code, message, optionsOf(missing, elapsedMs));
}

function describe(standing: Standing): string {
  return `${standing.target} (${countAttempts(standing.attempts)}): ${wordsOf(standing)}`;
}

const wordsOf = ({ cause }: Standing) => cause?.message ?? 'no answer yet';

function optionsOf(standings: readonly Standing[], elapsedMs: number) {
  const hints = [...new Set(standings.map(({ hint }) => hint).filter((hint) => hint !== undefined))];
  const cause = standings[0]?.cause;
  return {
    details: {
      target: standings.map(({ target }) => target).join(' '),
      attempts: standings.reduce((sum, { attempts }) => sum + attempts, 0),
      elapsedMs: Math.round(elapsedMs),
      ...(cause !== undefined && { cause: cause.code }),
    },
    ...(hints.length > 0 && { hint: hints.join('. ').replaceAll('?. ', '? ') }),
    ...(cause !== undefined && { cause }),
  };
}
