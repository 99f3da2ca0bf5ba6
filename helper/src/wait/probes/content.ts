// What a text must hold to count as ready. Pure.

export interface ContentRules {
  readonly contains: readonly string[];
  /** Regular expressions, as their option has checked them. */
  readonly matches: readonly string[];
}

/** So much of a body, or of a file, is looked at. */
export const contentLimitBytes = 1_048_576;

export function hasContentRules({ contains, matches }: ContentRules): boolean {
  return contains.length > 0 || matches.length > 0;
}

/** What is missing, to complete "the body …"; never a part of the text, which may hold secrets. */
export function contentFault(text: string, { contains, matches }: ContentRules): string | undefined {
  const missing = contains.find((part) => !text.includes(part));
  if (missing !== undefined) return `does not contain ${JSON.stringify(missing)}`;
  const unmatched = matches.find((pattern) => !new RegExp(pattern, 'mu').test(text));
  return unmatched === undefined ? undefined : `does not match ${unmatched}`;
}
