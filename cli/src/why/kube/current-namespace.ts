// The namespace that kubectl would take: of the kubeconfig's context, or of the pod that this runs in.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';

const ofThisPod = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

/** Reads the kubeconfig by kubectl, which asks no cluster for it; `default` where nothing says more. */
export async function currentNamespace(
  flags: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const said = await new Promise<string>((resolve) => {
    const args = [...flags, 'config', 'view', '--minify', '--output=jsonpath={..namespace}'];
    // what is wrong with the kubeconfig is said when the cluster is asked
    execFile('kubectl', args, { env: env as NodeJS.ProcessEnv, timeout: 10_000 }, (_, stdout) =>
      resolve(stdout.trim()),
    );
  });
  if (said !== '') return said;
  return (await readFile(ofThisPod, 'utf8').catch(() => '')).trim() || 'default';
}
