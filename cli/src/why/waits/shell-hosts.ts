// The hosts that a copied waiting loop asks, as targets: what its command names and nothing guessed. Pure.

const name = '[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?';

const asks: readonly (readonly [RegExp, (parts: readonly string[]) => string])[] = [
  [
    new RegExp(`\\b(?:nslookup|getent (?:ahosts|hosts)|host|dig(?: \\+short)?)\\s+(${name})`, 'g'),
    ([host]) => `dns://${host}`,
  ],
  [
    new RegExp(`\\b(?:nc|netcat|ncat)\\s+(?:-\\w+(?:\\s+\\d+)?\\s+)*(${name})\\s+(\\d+)`, 'g'),
    ([host, port]) => `tcp://${host}:${port}`,
  ],
  [new RegExp(`\\bwait-for(?:-it)?(?:\\.sh)?\\s+(${name}):(\\d+)`, 'g'), ([host, port]) => `tcp://${host}:${port}`],
  [new RegExp(`\\btcp://(${name}):(\\d+)`, 'g'), ([host, port]) => `tcp://${host}:${port}`],
  [new RegExp(`/dev/tcp/(${name})/(\\d+)`, 'g'), ([host, port]) => `tcp://${host}:${port}`],
  [new RegExp(`\\bhttps?://${name}(?::\\d+)?(?:/[\\w./-]*)?`, 'g'), () => ''],
  [
    new RegExp(`\\bpg_isready\\b.*?\\s(?:-h\\s*|--host[ =])(${name})(?:.*?\\s(?:-p\\s*|--port[ =])(\\d+))?`, 'g'),
    ([host, port = '5432']) => `tcp://${host}:${port}`,
  ],
  [
    new RegExp(`\\bredis-cli\\b.*?\\s-h\\s*(${name})(?:.*?\\s-p\\s*(\\d+))?`, 'g'),
    ([host, port = '6379']) => `tcp://${host}:${port}`,
  ],
  [
    new RegExp(
      `\\b(?:mysqladmin|mysql|mariadb-admin)\\b.*?\\s(?:-h\\s*|--host[ =])(${name})(?:.*?\\s(?:-P\\s*|--port[ =])(\\d+))?`,
      'g',
    ),
    ([host, port = '3306']) => `tcp://${host}:${port}`,
  ],
];

/** @param words the container's command and args together */
export function hostsOfShell(words: readonly string[]): string[] {
  // $(cat …/namespace).svc.cluster.local is the pod's own namespace, so the name before it is enough
  const text = words
    .join(' ')
    .replace(/\.\$\(cat [^)]*\/namespace\)(?:\.svc[a-z.]*)?/g, '')
    .replaceAll('"', ' ');
  const targets = asks.flatMap(([pattern, write]) =>
    [...text.matchAll(pattern)].map(([whole, ...parts]) => write(parts) || whole),
  );
  return [...new Set(targets)].filter((target) => !target.includes('$'));
}
