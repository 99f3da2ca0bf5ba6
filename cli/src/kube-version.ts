// A version of Kubernetes as people write it. All that a command needs of it is the minor version.
import { Fault } from './fault.ts';

/**
 * The minor version in `1.36`, `v1.36.4` or `1.36+`.
 * @throws Fault usage
 */
export function readKubeVersion(text: string): number {
  const [, minor] = /^v?1\.(\d{1,3})(?:[.+].*)?$/.exec(text) ?? [];
  if (minor !== undefined) return Number(minor);
  throw new Fault('usage', `--kube-version: ${JSON.stringify(text)} is no version such as 1.36`);
}
