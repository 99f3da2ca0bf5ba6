// What a driver threw → a Failure. Drivers wrap what their socket said, sometimes several times, or put it in words.
import { Failure } from '../../core/failure.ts';
import { connectionFailure } from '../../http/classify.ts';

/**
 * The failure behind a driver's error that says nothing of the login itself. Never a bug of ours: what it does not
 * know is an answer that was not expected, which may be another one the next time.
 */
export function driverFailure(thrown: unknown, endpoint: string): Failure {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth++) {
    if (error instanceof Failure) return error;
    const { code } = error as NodeJS.ErrnoException;
    if (typeof code !== 'string') continue;
    const failure = connectionFailure(error, endpoint);
    // a name of the driver's own is none of Node's
    if (failure.code !== 'BUG' && failure.code !== 'NETWORK_FAILED') return failure;
  }
  const words = thrown instanceof Error ? thrown.message : String(thrown);
  // pg: "Connection terminated unexpectedly"; amqplib: "Socket closed abruptly …"; mysql2: "Connection lost: …"
  return /clos|terminat|connection lost|disconnect/i.test(words)
    ? new Failure('CONNECTION_RESET', `connection closed during the login: ${endpoint}`, { cause: thrown })
    : new Failure('UNEXPECTED_ANSWER', words, { cause: thrown, details: { answer: 'other' } });
}
