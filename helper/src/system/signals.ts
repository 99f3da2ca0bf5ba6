// SIGTERM and SIGINT as an AbortSignal. Without a handler the kernel drops both for a process 1,
// and deleting a pod would take the whole grace period.
import { Failure } from '../core/failure.ts';

/** Aborts with TERMINATED on SIGTERM and with INTERRUPTED on SIGINT. */
export function stopSignal(source: NodeJS.EventEmitter): AbortSignal {
  const controller = new AbortController();
  source.once('SIGTERM', () => controller.abort(new Failure('TERMINATED', 'stopped by SIGTERM')));
  source.once('SIGINT', () => controller.abort(new Failure('INTERRUPTED', 'stopped by SIGINT')));
  return controller.signal;
}
