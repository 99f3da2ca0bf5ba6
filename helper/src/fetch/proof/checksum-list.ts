// A list of checksums, fetched: small, and read whole.
import type { Expected } from '../../contract/integrity.ts';
import { Failure } from '../../core/failure.ts';
import { redactUrl } from '../../core/redact.ts';
import { statusFailure } from '../../http/classify.ts';
import { type Ask, ask, refusal } from '../asking/ask.ts';
import { findChecksum } from './integrity.ts';

// 10,000 files of 100 bytes a line; whatever is larger is no list
const longestBytes = 1 << 20;

/**
 * Fetches a list and finds the digest of one file in it.
 * @param name the file's, as the list names it
 * @throws Failure INTEGRITY_UNKNOWN where the list does not tell; or as `ask`
 */
export async function fetchChecksum(options: Ask, name: string): Promise<Expected> {
  const where = redactUrl(options.url);
  const answer = await ask(options);
  if (answer.status !== 200) {
    answer.close();
    throw refusal(statusFailure(answer.status, where), answer, options.clock);
  }
  const pieces: Buffer[] = [];
  let bytes = 0;
  const late = new AbortController();
  options.clock.sleep(options.timeoutMs, late.signal).then(
    () => answer.close(new Failure('STALLED', `the list of checksums did not come in time: ${where}`)),
    () => {},
  );
  try {
    await answer.receive((piece) => {
      bytes += piece.length;
      if (bytes > longestBytes)
        throw new Failure('TOO_LARGE', `more than 1 MiB, which is no list of checksums: ${where}`);
      pieces.push(piece);
    });
  } finally {
    late.abort();
  }
  const found = findChecksum(Buffer.concat(pieces).toString('utf8'), name, where);
  if ('digests' in found) return found;
  throw new Failure('INTEGRITY_UNKNOWN', `${where} ${found.fault}`, {
    hint: 'Check --checksum-from: it must be a list with the name of the source in it, or the digest alone',
  });
}
