// A probe that is ready when what another one asks for is certainly gone. Silence proves nothing.
import { Failure } from '../core/failure.ts';
import type { FailureCodeName } from '../core/failure-codes.ts';
import type { Probe, Readiness } from './probe.ts';
import { ready } from './probe.ts';

// | code               | of                                                                 |
// | NAME_NOT_FOUND     | dns, and whatever is reached by a name                             |
// | CONNECTION_REFUSED | whatever is connected to: nothing accepts connections there        |
// | NOT_THERE          | files and sockets                                                  |
const proofs: ReadonlySet<FailureCodeName> = new Set(['NAME_NOT_FOUND', 'CONNECTION_REFUSED', 'NOT_THERE']);

export function gone(probe: Probe): Probe {
  const ask: Probe['check'] = async (asked) => {
    try {
      return await probe.check(asked);
    } catch (error) {
      if (!(error instanceof Failure) || !error.retryable) throw error;
      return { kind: 'not-ready', cause: error };
    }
  };
  return {
    ...probe,
    async check(asked): Promise<Readiness> {
      const readiness = await ask(asked);
      if (readiness.kind === 'broken') return readiness;
      if (readiness.kind === 'ready') {
        return { kind: 'not-ready', cause: new Failure('STILL_THERE', 'it is still there') };
      }
      return proofs.has(readiness.cause.code) ? ready : readiness;
    },
  };
}
