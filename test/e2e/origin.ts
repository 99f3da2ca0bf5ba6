// The origin of stage/origin.ts as a pod and a Service of a case, and what it was asked.
import { type Namespace, stage } from './case.ts';

export interface OriginRequest {
  readonly url: string;
  readonly range?: string;
  readonly status: number;
  /** Of the body, handed to the network. */
  readonly bytes: number;
}

/** @param files served below /, beside /hello and /bytes/N */
export const origin = (files: Readonly<Record<string, string>> = {}): string => `
apiVersion: v1
kind: ConfigMap
metadata: { name: origin }
data: ${JSON.stringify(files)}
---
apiVersion: v1
kind: Pod
metadata: { name: origin, labels: { app: origin } }
spec:
  terminationGracePeriodSeconds: 0
  volumes: [{ name: files, configMap: { name: origin } }]
  containers:
  - name: origin
    image: ${stage}
    command: [node, /stage/origin.ts]
    env: [{ name: NODE_NO_WARNINGS, value: '1' }]
    volumeMounts: [{ name: files, mountPath: /www }]
---
apiVersion: v1
kind: Service
metadata: { name: origin }
spec: { selector: { app: origin }, ports: [{ port: 8080 }] }
---`;

export async function requestsOf(namespace: Namespace): Promise<readonly OriginRequest[]> {
  const answer = await namespace.exec('origin', 'origin', 'wget', '-qO-', 'http://127.0.0.1:8080/requests');
  return JSON.parse(answer) as OriginRequest[];
}

/** Lets go what `?hold` holds back. */
export async function release(namespace: Namespace): Promise<void> {
  await namespace.exec('origin', 'origin', 'wget', '-qO-', 'http://127.0.0.1:8080/release');
}
