// A name → the full names that a resolver asks for, in order, as res_search(3) does. Pure.

/**
 * The candidates for a name, each without a final dot.
 *
 * | name                       | candidates                                |
 * | -------------------------- | ----------------------------------------- |
 * | ends with a dot            | itself only                               |
 * | has at least `ndots` dots  | itself, then with each search domain      |
 * | has fewer                  | with each search domain, then itself      |
 */
export function searchCandidates(name: string, search: readonly string[], ndots: number): readonly string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const dots = name.split('.').length - 1;
  // a domain of "." is the root: the name itself
  const expanded = search.map((domain) => (domain === '' ? name : `${name}.${domain}`));
  return [...new Set(dots >= ndots ? [name, ...expanded] : [...expanded, name])];
}
