// Where symbolic links lead, found out before there are any: none is made until all of them stay inside. Pure.
import { refused } from './entry-path.ts';

// path_resolution(7)
const maxFollowed = 40;

/**
 * Follows every link as the kernel would, links on the way included.
 * @param links path → target, as they will be
 * @throws Failure ARCHIVE_REFUSED for one that leads outside, or in a circle
 */
export function checkSymlinks(links: ReadonlyMap<string, string>): void {
  for (const [path, target] of links) {
    if (target === '' || target.includes('\0') || target.includes('\uFFFD') || Buffer.byteLength(target) > 4095) {
      throw refused(path, 'is a symbolic link to nowhere');
    }
    let followed = 0;
    const at = path.split('/').slice(0, -1);
    const todo = [target];
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      if (next.startsWith('/')) throw refused(path, `is a symbolic link to the absolute path ${JSON.stringify(next)}`);
      const [first = '', ...rest] = next.split('/');
      if (rest.length > 0) todo.push(rest.join('/'));
      if (first === '' || first === '.') continue;
      if (first === '..') {
        if (at.pop() === undefined) {
          throw refused(path, `is a symbolic link that leads outside of the destination: ${JSON.stringify(target)}`);
        }
        continue;
      }
      at.push(first);
      const further = links.get(at.join('/'));
      if (further === undefined) continue;
      if (++followed > maxFollowed) throw refused(path, 'is a symbolic link that leads in a circle');
      at.pop();
      todo.push(further);
    }
  }
}
