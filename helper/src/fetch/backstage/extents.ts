// Which bytes of an object there are: ranges in order that neither touch nor overlap. Pure.

/** From the one byte to before the other. */
export type Extent = readonly [from: number, to: number];
export type Extents = readonly Extent[];

export function addExtent(extents: Extents, from: number, to: number): Extents {
  if (to <= from) return extents;
  const before = extents.filter(([, end]) => end < from);
  const after = extents.filter(([start]) => start > to);
  const met = extents.slice(before.length, extents.length - after.length);
  const first = Math.min(from, met[0]?.[0] ?? from);
  const last = Math.max(to, met.at(-1)?.[1] ?? to);
  return [...before, [first, last], ...after];
}

/** How many bytes there are from the very beginning on. */
export function beginning(extents: Extents): number {
  const [first] = extents;
  return first?.[0] === 0 ? first[1] : 0;
}

/** What is missing of an object of that size, or from a byte of it on. */
export function gaps(extents: Extents, end: number, start = 0): Extents {
  const missing: Extent[] = [];
  let at = start;
  for (const [from, to] of extents) {
    if (from >= end) break;
    if (from > at) missing.push([at, from]);
    at = Math.max(at, to);
  }
  if (at < end) missing.push([at, end]);
  return missing;
}

export function totalBytes(extents: Extents): number {
  return extents.reduce((sum, [from, to]) => sum + to - from, 0);
}
