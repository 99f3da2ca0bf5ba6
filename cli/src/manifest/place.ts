// Offsets of a text ⇄ lines and columns. Made once a text, asked often.
import type { Place } from '../fault.ts';

/** Where the lines of one file begin. */
export class Lines {
  readonly file: string;
  readonly #text: string;
  readonly #starts: number[];

  /** @param file as the user named it */
  constructor(file: string, text: string) {
    this.file = file;
    this.#text = text;
    this.#starts = [0];
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
  }

  /** The line that an offset lies on, from 1. */
  lineAt(offset: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }

  placeAt(offset: number): Place {
    const line = this.lineAt(offset);
    const start = this.#starts[line - 1] ?? 0;
    const end = this.#starts[line] ?? this.#text.length;
    const text = this.#text.slice(start, end).replace(/\r?\n$/, '');
    return { file: this.file, line, column: Math.min(offset - start, text.length) + 1, text };
  }
}
