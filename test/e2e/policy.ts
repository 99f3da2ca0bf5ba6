// A policy of `greenroom policy` in the run's cluster: for one namespace alone, and gone with the case.
import { greenroom, type Namespace } from './case.ts';
import { patienceMs } from './given.ts';

/** What a dry run says that the API server would keep of a pod. */
export interface AdmittedPod {
  readonly spec: {
    readonly initContainers?: readonly {
      readonly name: string;
      readonly image: string;
      readonly env?: readonly { readonly name: string; readonly value?: string }[];
      readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
      readonly resources?: { readonly requests?: object; readonly limits?: object };
    }[];
  };
  readonly status: { readonly qosClass: string };
}

/** What PodSecurity `restricted` asks of a container. */
export const securityContext = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};

/** A pod for dry runs, which PodSecurity `restricted` admits. */
export const pod = (annotations: Readonly<Record<string, string>>, spec: object = {}): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'tried', annotations },
    spec: { containers: [{ name: 'app', image: 'app', securityContext }], ...spec },
  });

/** The pod as the API server would keep it. @throws Error with what it said if it is refused */
export async function admitted(namespace: Namespace, manifest: string): Promise<AdmittedPod> {
  const { code, stdout, stderr } = await namespace.tryDry(manifest);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as AdmittedPod;
}

/**
 * Applies a policy for the pods of a namespace, and waits until both of its halves act.
 * @param args more flags of `greenroom policy`
 * @returns the name of the init container
 */
export async function usePolicy(namespace: Namespace, ...args: readonly string[]): Promise<string> {
  const name = `policy-${namespace.name.slice(-6)}`;
  const label = `greenroom.test/policy=${name}`;
  const manifests = await greenroom(['policy', '--name', name, '--namespace-label', label, ...args]);
  await namespace.apply(manifests);
  await namespace.kubectl('label', 'namespace', namespace.name, label);
  const endMs = performance.now() + patienceMs;
  for (;;) {
    // the API server takes a moment to compile a policy; each look is a request
    const good = await namespace.tryDry(pod({ 'greenroom.dev/wait': 'dns://db' }));
    const bad = await namespace.tryDry(pod({ 'greenroom.dev/wiat': 'dns://db' }));
    if (good.stdout.includes(`"${name}"`) && bad.code !== 0) return name;
    if (performance.now() > endMs) throw new Error(`the policy ${name} is not in force: ${good.stderr}`);
  }
}

const kinds = ['mutatingadmissionpolicy', 'validatingadmissionpolicy'];

/** Removes what stands outside of the namespace. */
export async function dropPolicy(namespace: Namespace): Promise<void> {
  const name = `policy-${namespace.name.slice(-6)}`;
  for (const kind of kinds.flatMap((one) => [`${one}binding`, one])) {
    await namespace.kubectl('delete', kind, name, '--ignore-not-found', '--wait=false');
  }
}

export const whyNoPolicy = (minor: number): string | undefined =>
  minor < 36 ? `MutatingAdmissionPolicy is v1 since Kubernetes 1.36, this is 1.${minor}` : undefined;
