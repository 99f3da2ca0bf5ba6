// Why what nobody waits for any more is ended.
import { Failure } from './failure.ts';

/**
 * The reason for `AbortController.abort` where whoever sees it is no longer listened to. Made once: an abort without a
 * reason makes an error, with a stack trace, each time; of waiting for ports that refuse that was a tenth of the
 * processor's time (100 targets, 20 s, profiled).
 */
export const overReason = new Failure('BUG', 'it is over');
