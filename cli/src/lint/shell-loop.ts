// Recognises the loops that people copy: `until PROBE; do echo …; sleep 2; done` and nothing else around it.
// What it is not sure of it does not recognise.

export interface ShellLoop {
  /** The command that is asked again and again. */
  readonly probe: string;
  /** What the helper would wait for; undefined where that is not sure. */
  readonly target: string | undefined;
}

/** @param words the container's command and args together */
export function readShellLoop(words: readonly string[]): ShellLoop | undefined {
  const [shell = '', flag = '', script, ...rest] = words;
  if (!/(?:^|\/)(?:sh|bash|ash|dash)$/.test(shell) || !/^-[eux]*c$/.test(flag) || script === undefined)
    return undefined;
  if (rest.length > 0) return undefined;
  const [, loop, probe, body] =
    /^\s*(until|while\s+!)\s+([^;\n]+?)\s*(?:;|\n)\s*do\b\s*([\s\S]*?)[;\s]*\bdone\s*;?\s*$/.exec(script) ?? [];
  if (loop === undefined || probe === undefined || body === undefined) return undefined;
  // a condition that counts, or leaves the loop itself
  if (/\|\||&&|\[|\bexit\b|\bbreak\b|\btest\b|\btimeout\b/.test(probe)) return undefined;
  // nothing in it that counts, breaks or does anything but tell and sleep
  const statements = body.split(/[;\n]|&&/).map((statement) => statement.trim());
  if (!statements.every((each) => each === '' || /^(?:echo|printf|sleep|date|true|:)(?:\s[^|<>`&]*)?$/.test(each))) {
    return undefined;
  }
  if (!statements.some((each) => each.startsWith('sleep'))) return undefined;
  return { probe, target: targetOf(probe) };
}

const name = '([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)';
const quiet = '(?:\\s+(?:&?\\d?>\\s*/dev/null|\\d>&1))*';
const ownNamespace = '(?:\\$\\(cat /var/run/secrets/kubernetes\\.io/serviceaccount/namespace\\))';

const targets: readonly (readonly [RegExp, (parts: readonly string[]) => string])[] = [
  [new RegExp(`^nslookup\\s+${name}${quiet}$`), ([host]) => `dns://${host}`],
  [new RegExp(`^nslookup\\s+${name}\\.${ownNamespace}\\.svc[a-z.]*${quiet}$`), ([host]) => `dns://${host}`],
  [
    new RegExp(
      `^(?:nc|netcat)(?:\\s+-(?:[vzn]+|w\\s*\\d+))*\\s+-[vn]*z[vn]*(?:\\s+-(?:[vzn]+|w\\s*\\d+))*\\s+${name}\\s+(\\d+)${quiet}$`,
    ),
    ([host, port]) => `tcp://${host}:${port}`,
  ],
  [
    new RegExp(`^pg_isready(?:\\s+-q)?\\s+-h\\s+${name}(?:\\s+-p\\s+(\\d+))?(?:\\s+-U\\s+\\w+)?${quiet}$`),
    ([host, port]) => `postgres://${host}${port === undefined ? '' : `:${port}`}`,
  ],
  [
    new RegExp(`^redis-cli\\s+-h\\s+${name}(?:\\s+-p\\s+(\\d+))?\\s+ping${quiet}$`),
    ([host, port]) => `redis://${host}${port === undefined ? '' : `:${port}`}`,
  ],
  [
    new RegExp(
      `^curl(?=.*\\s(?:-[sS]*f[sS]*|--fail)\\s)(?:\\s+(?:-[sSf]+|--fail|--silent))+(?:\\s+-o\\s+/dev/null)?\\s+["']?(https?://[^\\s"'$]+)["']?${quiet}$`,
    ),
    ([url]) => `${url}`,
  ],
  [
    new RegExp(
      `^wget(?:\\s+(?:-q|--spider|-T\\s*\\d+|-O\\s*/dev/null|-O-))+\\s+["']?(https?://[^\\s"'$]+)["']?${quiet}$`,
    ),
    ([url]) => `${url}`,
  ],
];

function targetOf(probe: string): string | undefined {
  for (const [pattern, write] of targets) {
    const parts = pattern.exec(probe);
    if (parts !== null) return write(parts.slice(1) as string[]);
  }
  return undefined;
}
