// Two texts → a unified diff. Made for insertions here and there: not always the shortest, always right.

const context = 3;
// how far apart two texts may run before the rest counts as different
const window = 400;
// so many equal lines in a row mean that both texts run together again
const enough = 3;

interface Change {
  /** Of the old text: lines from (inclusive, from 0) to (exclusive). */
  readonly oldFrom: number;
  readonly oldTo: number;
  readonly newFrom: number;
  readonly newTo: number;
}

/** A unified diff with three lines of context; empty where the texts are the same. */
export function diffText(name: string, before: string, after: string): string {
  if (before === after) return '';
  const [oldLines, newLines] = [linesOf(before), linesOf(after)];
  const hunks = hunksOf(findChanges(oldLines, newLines));
  const body = hunks.map((changes) => formatHunk(changes, oldLines, newLines)).join('');
  return `--- a/${name}\n+++ b/${name}\n${body}`;
}

/** Lines with their ends. */
const linesOf = (text: string) => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

function findChanges(a: readonly string[], b: readonly string[]): Change[] {
  const changes: Change[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && a[i] === b[j]) {
      i++;
      j++;
      continue;
    }
    const [skipA, skipB] = findMeeting(a, b, i, j);
    changes.push({ oldFrom: i, oldTo: i + skipA, newFrom: j, newTo: j + skipB });
    i += skipA;
    j += skipB;
  }
  return changes;
}

/** How many lines of each to leave out so that both run together again; the fewest. */
function findMeeting(a: readonly string[], b: readonly string[], i: number, j: number): [number, number] {
  for (let sum = 1; sum <= window; sum++) {
    for (let skipA = 0; skipA <= sum; skipA++) {
      if (meets(a, b, i + skipA, j + sum - skipA)) return [skipA, sum - skipA];
    }
  }
  return [a.length - i, b.length - j];
}

function meets(a: readonly string[], b: readonly string[], i: number, j: number): boolean {
  if (i > a.length || j > b.length) return false;
  for (let k = 0; k < enough; k++) {
    if (i + k === a.length && j + k === b.length) return true;
    if (a[i + k] === undefined || a[i + k] !== b[j + k]) return false;
  }
  return true;
}

function hunksOf(changes: readonly Change[]): Change[][] {
  const hunks: Change[][] = [];
  for (const change of changes) {
    const hunk = hunks.at(-1);
    if (hunk !== undefined && change.oldFrom - (hunk.at(-1)?.oldTo ?? 0) <= 2 * context) hunk.push(change);
    else hunks.push([change]);
  }
  return hunks;
}

function formatHunk(changes: readonly Change[], a: readonly string[], b: readonly string[]): string {
  const first = changes[0] as Change;
  const last = changes.at(-1) as Change;
  const lead = Math.min(context, first.oldFrom);
  const tail = Math.min(context, a.length - last.oldTo);
  const range = (from: number, to: number) =>
    to - from === 1 ? `${from + 1}` : `${to === from ? from : from + 1},${to - from}`;
  const head = `@@ -${range(first.oldFrom - lead, last.oldTo + tail)} +${range(first.newFrom - lead, last.newTo + tail)} @@\n`;
  const lines: string[] = [];
  let at = first.oldFrom - lead;
  for (const { oldFrom, oldTo, newFrom, newTo } of changes) {
    lines.push(...a.slice(at, oldFrom).map((line) => ` ${line}`));
    lines.push(
      ...a.slice(oldFrom, oldTo).map((line) => `-${line}`),
      ...b.slice(newFrom, newTo).map((line) => `+${line}`),
    );
    at = oldTo;
  }
  lines.push(...a.slice(at, last.oldTo + tail).map((line) => ` ${line}`));
  return head + lines.map((line) => (line.endsWith('\n') ? line : `${line}\n\\ No newline at end of file\n`)).join('');
}
