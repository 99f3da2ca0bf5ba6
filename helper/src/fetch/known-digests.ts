// The digests that an object must have, from whoever knows them: the user, a list that the user named, its own server.
import type { Algorithm, Expected } from '../contract/integrity.ts';
import { Failure } from '../core/failure.ts';
import { serverDigest } from './integrity.ts';

export class KnownDigests {
  #given: readonly Expected[];
  /** What the server of the last answer said itself. */
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

  get algorithms(): Algorithm[] {
    return this.all.map(({ algorithm }) => algorithm);
  }

  give(expected: Expected): void {
    this.#given = [...this.#given, expected];
  }

  /**
   * Takes what an answer says of its object.
   * @param required whether something must prove the bytes
   * @throws Failure INTEGRITY_UNKNOWN
   */
  offer(header: (name: string) => string | undefined, required: boolean, where: string): void {
    this.#offered = serverDigest(header);
    if (!required || this.all.length > 0) return;
    throw new Failure('INTEGRITY_UNKNOWN', `no digest was given, and the server gives none: ${where}`, {
      hint: 'Give --sha256, --integrity or --checksum-from, or leave out --require-integrity',
    });
  }
}
