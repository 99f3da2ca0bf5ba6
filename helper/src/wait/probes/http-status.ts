// Which HTTP statuses count as ready. Pure.

/** What counts where nothing else is asked for. */
export const usualStatuses: readonly string[] = ['2xx'];

/**
 * Whether a status is one of those asked for.
 * @param patterns each a status (`204`), a class (`2xx`) or a range (`200-399`), as its option has checked
 */
export function statusCounts(status: number, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const [first = '', last = first] = pattern.split('-');
    return Number(first.replace('xx', '00')) <= status && status <= Number(last.replace('xx', '99'));
  });
}
