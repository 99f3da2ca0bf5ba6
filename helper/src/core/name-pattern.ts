// Patterns of paths, as in a shell. Pure.

// the longest path that Linux takes (PATH_MAX)
const mostCharacters = 4096;

/**
 * Reads a pattern: `*` and `?` stay within one name, `**` goes over several, `[a-z]` is one of these. It matches a whole
 * path.
 * @returns undefined for what is none
 */
export function parseNamePattern(pattern: string): RegExp | undefined {
  if (pattern.length > mostCharacters) return undefined;
  let source = '';
  for (let at = 0; at < pattern.length; ) {
    const rest = pattern.slice(at);
    const token = /^(?:\*\*\/|\*+|\?|\[!?\]?[^\]]*\]|\\.|.)/su.exec(rest)?.[0] ?? rest;
    at += token.length;
    if (token === '**/') source += '(?:[^/]+/)*';
    else if (token.startsWith('**')) source += '.*';
    else if (token === '*') source += '[^/]*';
    else if (token === '?') source += '[^/]';
    else if (token.startsWith('[') && token.length > 2) {
      const negated = token[1] === '!';
      const members = token.slice(negated ? 2 : 1, -1).replace(/[\\\][^&|~(){}/]/g, '\\$&');
      source += `${negated ? '(?!/)[^' : '(?!/)['}${members}]`;
    } else source += (token.startsWith('\\') ? token.slice(1) || '\\' : token).replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  }
  try {
    return new RegExp(`^${source.replace(/\\\/$/, '')}$`, 'su');
  } catch {
    // a range that goes backwards, for one
    return undefined;
  }
}
