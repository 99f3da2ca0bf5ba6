// The kinds of workload that can be made anew. Data alone: help needs no more.

export const scaffoldKinds = ['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'] as const;

export type ScaffoldKind = (typeof scaffoldKinds)[number];
