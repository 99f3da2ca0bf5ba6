// Changes to a text, collected first and applied at once. Knows lines and their ends, not YAML.

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Of several insertions at one place, the lowest comes first. */
  readonly rank: number;
}

export class Edits {
  readonly text: string;
  readonly #edits: Edit[] = [];
  readonly #cuts: { start: number; end: number }[] = [];

  constructor(text: string) {
    this.text = text;
  }

  get none(): boolean {
    return this.#edits.length === 0 && this.#cuts.length === 0;
  }

  replace(start: number, end: number, text: string): void {
    this.#edits.push({ start, end, text, rank: 0 });
  }

  /**
   * Puts whole lines before the line that begins at an offset, or behind the last one.
   * @param rank of several at one place, the lowest comes first
   */
  insertLines(offset: number, lines: readonly string[], rank: number): void {
    const lineEnd = this.lineEndAt(offset);
    const body = lines.join(lineEnd);
    const open = offset === this.text.length && offset > 0 && !this.text.endsWith('\n');
    this.#edits.push({ start: offset, end: offset, text: open ? lineEnd + body : body + lineEnd, rank });
  }

  /** Takes out whole lines: from the beginning of one to the beginning of another, or to the end. */
  cutLines(start: number, end: number): void {
    this.#cuts.push({ start, end });
  }

  /** Where the line of an offset begins. */
  lineStart(offset: number): number {
    return this.text.lastIndexOf('\n', offset - 1) + 1;
  }

  /** Where the line behind a piece of text begins; the piece may have ended its line itself, as block scalars do. */
  lineAfter(end: number): number {
    if (end > 0 && this.text[end - 1] === '\n') return end;
    const at = this.text.indexOf('\n', end);
    return at === -1 ? this.text.length : at + 1;
  }

  /** The line end that is used around an offset. */
  lineEndAt(offset: number): string {
    const before = this.text.lastIndexOf('\n', offset - 1);
    const at = before === -1 ? this.text.indexOf('\n') : before;
    return at > 0 && this.text[at - 1] === '\r' ? '\r\n' : '\n';
  }

  apply(): string {
    const edits = [...this.#edits, ...this.#mergedCuts()].sort((a, b) => a.start - b.start || a.rank - b.rank);
    const pieces: string[] = [];
    let at = 0;
    for (const { start, end, text } of edits) {
      if (start < at) throw new Error(`edits overlap at offset ${start}`);
      pieces.push(this.text.slice(at, start), text);
      at = end;
    }
    pieces.push(this.text.slice(at));
    return pieces.join('');
  }

  #mergedCuts(): Edit[] {
    const merged: { start: number; end: number }[] = [];
    for (const cut of this.#cuts.sort((a, b) => a.start - b.start)) {
      const last = merged.at(-1);
      if (last !== undefined && cut.start <= last.end) last.end = Math.max(last.end, cut.end);
      else merged.push({ ...cut });
    }
    return merged.map(({ start, end }) => {
      // the last lines of a text without a final line end came with the line end before them
      const open = end === this.text.length && start > 0 && !this.text.endsWith('\n');
      const lead = !open ? 0 : this.text[start - 2] === '\r' ? 2 : 1;
      return { start: start - lead, end, text: '', rank: 0 };
    });
  }
}
