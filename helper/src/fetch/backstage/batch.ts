// Buffers that lie in a row: how much they hold, and a part of it. Pure.

export const sizeOf = (batch: readonly Buffer[]): number => batch.reduce((sum, { length }) => sum + length, 0);

/** The bytes of a batch from one to before another. */
export function cut(batch: readonly Buffer[], from: number, to: number): Buffer[] {
  let at = 0;
  return batch.flatMap((piece) => {
    const start = at;
    at += piece.length;
    const part = piece.subarray(Math.max(0, from - start), Math.max(0, to - start));
    return part.length > 0 ? [part] : [];
  });
}
