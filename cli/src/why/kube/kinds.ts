// The kinds that can be asked about: the words for them, and where the API keeps them.

export const kinds = {
  Pod: { words: ['pod', 'pods', 'po'], path: '/api/v1', plural: 'pods' },
  Deployment: { words: ['deployment', 'deployments', 'deploy'], path: '/apis/apps/v1', plural: 'deployments' },
  ReplicaSet: { words: ['replicaset', 'replicasets', 'rs'], path: '/apis/apps/v1', plural: 'replicasets' },
  StatefulSet: { words: ['statefulset', 'statefulsets', 'sts'], path: '/apis/apps/v1', plural: 'statefulsets' },
  DaemonSet: { words: ['daemonset', 'daemonsets', 'ds'], path: '/apis/apps/v1', plural: 'daemonsets' },
  Job: { words: ['job', 'jobs'], path: '/apis/batch/v1', plural: 'jobs' },
  CronJob: { words: ['cronjob', 'cronjobs', 'cj'], path: '/apis/batch/v1', plural: 'cronjobs' },
} as const;

export type Kind = keyof typeof kinds;

export const kindNames = Object.keys(kinds) as readonly Kind[];

/** The kind that a word of kubectl means, with or without its group: `deploy`, `deployments.apps`. */
export function kindOf(word: string): Kind | undefined {
  const plain = word.toLowerCase().replace(/\..*$/, '');
  return kindNames.find((kind) => (kinds[kind].words as readonly string[]).includes(plain));
}

/** The path of a resource's list: of one namespace, or of all. */
export function listPath(group: string, plural: string, namespace: string | undefined): string {
  return namespace === undefined ? `${group}/${plural}` : `${group}/namespaces/${namespace}/${plural}`;
}
