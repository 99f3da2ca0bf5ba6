// The digests that an object must have, from whoever knows them: the user, a list that the user named, its own server.
import type { Algorithm, Expected } from '../../contract/integrity.ts';
import { Failure } from '../../core/failure.ts';
import type { Verdict } from '../asking/resume.ts';
import { serverDigest } from './integrity.ts';

export class KnownDigests {
  #given: readonly Expected[];
  /** What its server said of the object that is held. */
  #offered: Expected | undefined;

  constructor(given: readonly Expected[]) {
    this.#given = given;
  }

  /** Whether the user's own word tells the right bytes from any other ones. */
  get given(): boolean {
    return this.#given.length > 0;
  }

  /** All of them must hold. */
  get all(): readonly Expected[] {
    return this.#offered === undefined ? this.#given : [...this.#given, this.#offered];
  }

  /** For the state of a partial file. */
  get said(): { readonly offered?: Expected } {
    return this.#offered === undefined ? {} : { offered: this.#offered };
  }

  get algorithms(): Algorithm[] {
    return this.all.map(({ algorithm }) => algorithm);
  }

  give(expected: Expected): void {
    this.#given = [...this.#given, expected];
  }

  /** Goes on with an object of which this was said before. */
  remember(offered: Expected | undefined): void {
    this.#offered = offered;
  }

  /**
   * Takes what an answer says of its object. One that says nothing leaves what was said of the same object before: S3
   * gives no digest with a part.
   * @param verdict on that answer
   * @param required whether something must prove the bytes
   * @throws Failure INTEGRITY_UNKNOWN
   */
  offer(header: (name: string) => string | undefined, verdict: Verdict, required: boolean, where: string): void {
    // of what is appended, no validators are told but those of the object that is held
    const isSame = verdict.kind === 'append' && Object.keys(verdict.validators).length > 0;
    this.#offered = serverDigest(header) ?? (isSame ? this.#offered : undefined);
    if (!required || this.all.length > 0) return;
    throw new Failure('INTEGRITY_UNKNOWN', `no digest was given, and the server gives none: ${where}`, {
      hint: 'Give --sha256, --integrity or --checksum-from, or leave out --require-integrity',
    });
  }
}
