// The annotations that the policy reads, and the keys of its settings. The only place that knows their names.

const prefix = 'greenroom.dev';

/** Annotations of a pod, or of the template of one. */
export const annotations = {
  wait: { key: `${prefix}/wait`, meaning: 'What to wait for: a step a line, without the word wait' },
  fetch: { key: `${prefix}/fetch`, meaning: 'What to fetch: a step a line, without the word fetch' },
  plan: { key: `${prefix}/plan`, meaning: 'A whole plan, in place of the two: steps in any order, or at once' },
  container: {
    key: `${prefix}/container`,
    meaning: 'The container of the app whose mounts the steps use; by default the first',
  },
} as const;

/** What may stand beside them and is none of the policy's. */
export const foreignAnnotations = [`${prefix}/lint-ignore`] as const;

/** The namespaces that the policy is for, unless another label is asked for. */
export const usualNamespaceLabel = { key: `${prefix}/policy`, value: 'enabled' } as const;

/** Settings, and what counts where one is missing. Quantities as Kubernetes writes them. */
export const usualSettings = {
  position: 'after-mesh',
  cpuRequest: '10m',
  memoryRequest: '64Mi',
  memoryLimit: '256Mi',
} as const;

/** Where the init container goes among those that are there. */
export const positions = {
  'after-mesh': "first, but behind a mesh's proxy that runs as a native sidecar",
  first: 'before every other',
  'after-sidecars': 'right behind the last native sidecar',
  last: 'behind every other',
} as const;

export type PositionName = keyof typeof positions;

/** What the policy knows beside the annotations; under these keys in a ConfigMap, too. */
export interface PolicySettings {
  readonly image: string;
  /** For every step that says none, as the helper reads it. */
  readonly deadline: string | undefined;
  readonly position: PositionName;
}

/** All of them, by key. */
export const settingsOf = ({ image, deadline, position }: PolicySettings): Readonly<Record<string, string>> => ({
  image,
  ...usualSettings,
  position,
  ...(deadline === undefined ? {} : { deadline }),
});
