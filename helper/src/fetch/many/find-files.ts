// Which files a step brings: those of a list, or all of a prefix. Nothing is fetched before all of them are known.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { isStorePrefix, parseStorePlace } from '../../contract/source.ts';
import type { FetchStep } from '../../contract/step.ts';
import { describeByteSize } from '../../core/byte-size.ts';
import { Failure } from '../../core/failure.ts';
import { redactUrl } from '../../core/redact.ts';
import { statusFailure } from '../../http/classify.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Attempt } from '../../retry/retry.ts';
import { createSelect } from '../../unpack/entry-path.ts';
import { ask, refusal } from '../asking/ask.ts';
import type { Connections } from '../asking/connections.ts';
import { volumeFailure } from '../backstage/volume-failure.ts';
import { givenDigests } from '../proof/given-digests.ts';
import { checkNames, listFault, shownName } from './names.ts';
import { digestsByName, readList, type Wanted } from './read-list.ts';

export interface Found {
  readonly files: readonly Wanted[];
  /** Of the list; of a prefix, of the names, sizes and versions in it. */
  readonly sha256: string;
}

// 100,000 files of 300 bytes a line
const longestListBytes = 32 << 20;

/** Keeps the pages that came over attempts. */
export class FileFinder {
  readonly #step: FetchStep;
  readonly #connections: Connections;
  readonly #clock: Clock;
  readonly #shown: string;
  readonly #listed: Wanted[] = [];
  #page: string | undefined;
  #isListed = false;

  constructor(step: FetchStep, connections: Connections, clock: Clock) {
    this.#step = step;
    this.#connections = connections;
    this.#clock = clock;
    this.#shown = redactUrl(step.source);
  }

  /** @throws Failure LIST_REFUSED, INTEGRITY_…, TOO_LARGE, or of the network */
  async find(attempt: Attempt): Promise<Found> {
    const { source, options } = this.#step;
    const { checksumFrom, include } = options;
    const isPrefix = isStorePrefix(source);
    if (isPrefix) await this.#listAll(attempt);
    const list = isPrefix ? undefined : await this.#read(source, attempt);
    if (list !== undefined) checkDigests(list, this.#step.options, this.#shown);
    const all =
      list === undefined
        ? this.#listed
        : readList(decode(list, this.#shown), source, this.#shown, (lines) => this.#checkRead(lines));
    const select = createSelect({ include, stripComponents: 0 });
    const chosen = all.filter(({ name }) => select(name.split('/')) !== undefined);
    if (chosen.length === 0) {
      const why = all.length > 0 ? `names ${all.length} files, and none of them matches --include` : 'names no file';
      throw new Failure(
        'LIST_REFUSED',
        isPrefix && all.length === 0 ? `nothing lies below ${this.#shown}` : `${this.#shown} ${why}`,
        {
          hint: isPrefix ? 'Check bucket and prefix: capitals count' : 'Check the source: it must be a list of files',
        },
      );
    }
    this.#checkCount(chosen.length);
    checkNames(
      chosen.map(({ name }) => name),
      this.#shown,
    );
    const files = checksumFrom === undefined ? chosen : await this.#prove(chosen, checksumFrom, attempt);
    checkTotal(files, options.maxSizeBytes);
    const said = list ?? files.map(({ name, sizeBytes, version }) => `${name}\0${sizeBytes}\0${version}\n`).join('');
    return { files, sha256: createHash('sha256').update(said).digest('hex') };
  }

  async #listAll(attempt: Attempt): Promise<void> {
    const { store } = this.#connections;
    const { scheme, bucket, key: prefix } = parseStorePlace(this.#step.source);
    while (!this.#isListed) {
      const page = await store?.list(prefix, this.#page, attempt.signal);
      for (const { key, sizeBytes, version } of page?.objects ?? []) {
        // what consoles make to show a folder
        if (key.endsWith('/') && sizeBytes === 0) continue;
        if (!key.startsWith(prefix)) throw listFault(this.#shown, `lists ${shownName(key)}, which does not begin so`);
        const source = `${scheme}://${bucket}/${key}`;
        this.#listed.push({
          name: key.slice(prefix.length),
          source,
          expected: [],
          sizeBytes,
          ...(version && { version }),
        });
      }
      this.#checkRead(this.#listed.length);
      this.#page = page?.next;
      this.#isListed = this.#page === undefined;
      attempt.progress();
    }
  }

  /** What is named before it is known what of it matches. */
  #checkRead(count: number): void {
    if (this.#step.options.include.length === 0) this.#checkCount(count);
  }

  #checkCount(count: number): void {
    const { maxEntries } = this.#step.options;
    if (count <= maxEntries) return;
    throw new Failure('TOO_LARGE', `${this.#shown} names more than ${maxEntries} files`, {
      hint: 'If it is the right one, allow more with --max-entries, or choose with --include',
    });
  }

  /** Adds the digests of another list, which must name every file. */
  async #prove(files: readonly Wanted[], checksumFrom: string, attempt: Attempt): Promise<Wanted[]> {
    const where = redactUrl(checksumFrom);
    const digests = digestsByName(decode(await this.#read(checksumFrom, attempt), where), where);
    return files.map((file) => {
      const named = digests.get(file.name);
      if (named !== undefined) return { ...file, expected: [...file.expected, ...named] };
      // it has proven the others, and cannot prove itself
      if (file.source === checksumFrom) return file;
      throw new Failure('INTEGRITY_UNKNOWN', `${where} does not name ${shownName(file.name)}`, {
        hint: 'Every file must be in the list of --checksum-from, by its path below the source; or leave it out with --include',
      });
    });
  }

  async #read(source: string, attempt: Attempt): Promise<Buffer> {
    if (source.startsWith('file:')) return readLocal(source);
    const { agent, headers, urlOf } = this.#connections;
    const url = urlOf(source);
    const { timeoutMs, maxRedirects } = this.#step.options;
    const about = { agent, clock: this.#clock, url, ownHeaders: [], maxRedirects, timeoutMs };
    const answer = await ask({ ...about, headers: await headers(url), signal: attempt.signal });
    const where = redactUrl(answer.url.href);
    if (answer.status !== 200) {
      answer.close();
      throw refusal(statusFailure(answer.status, where), answer, this.#clock);
    }
    const pieces: Buffer[] = [];
    let bytes = 0;
    const over = new AbortController();
    this.#clock.sleep(timeoutMs, over.signal).then(
      () => answer.close(new Failure('STALLED', `the list did not come in time: ${where}`)),
      () => {},
    );
    try {
      await answer.receive((piece) => {
        bytes += piece.length;
        if (bytes > longestListBytes) {
          throw new Failure('TOO_LARGE', `more than ${describeByteSize(longestListBytes)}, which is no list: ${where}`);
        }
        pieces.push(piece);
      });
    } finally {
      over.abort();
    }
    return Buffer.concat(pieces);
  }
}

async function readLocal(source: string): Promise<Buffer> {
  const path = fileURLToPath(source);
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw volumeFailure(error, path);
    const hint = 'Is the volume that holds it mounted in the init container?';
    throw new Failure('NOT_THERE', `${path} is not there`, { hint, cause: error });
  }
}

function decode(bytes: Buffer, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw listFault(where, 'is no list: it is not UTF-8');
  }
}

/** Of a list, --sha256 and --integrity are the list's own. */
function checkDigests(list: Buffer, options: FetchStep['options'], where: string): void {
  for (const { algorithm, digests, from } of givenDigests(options)) {
    const is = createHash(algorithm).update(list).digest('hex');
    if (digests.includes(is)) continue;
    throw new Failure(
      'INTEGRITY_MISMATCH',
      `the ${algorithm} of the list ${where} is ${is}, not ${digests.join(' or ')} (${from})`,
      {
        hint: 'The list has changed, or the digest is that of another file',
      },
    );
  }
}

function checkTotal(files: readonly Wanted[], maxSizeBytes: number | undefined): void {
  const sizeBytes = files.reduce((sum, file) => sum + (file.sizeBytes ?? 0), 0);
  if (maxSizeBytes === undefined || sizeBytes <= maxSizeBytes) return;
  const sizes = `${describeByteSize(sizeBytes)}, more than the ${describeByteSize(maxSizeBytes)} of --max-size`;
  throw new Failure('TOO_LARGE', `the files have ${sizes}`, { details: { sizeBytes } });
}
