// The run's kind cluster: a name and a kubeconfig of its own, so that no other cluster and no current context is touched.

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type NodeImage, toolsEnvironment } from './node-image.ts';
import { output, run, say } from './processes.ts';

/** With KEEP=1 the cluster stays, and the next run with KEEP=1 finds it. */
export const keep = (process.env.KEEP ?? '') !== '';

const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'greenroom', 'e2e');

// The kubelet waits up to five minutes before it restarts a container that has failed; a second is enough for a test.
// (A gate of its own before Kubernetes 1.35, and harmless since.)
const configuration = `
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
kubeadmConfigPatches:
- |
  kind: KubeletConfiguration
  apiVersion: kubelet.config.k8s.io/v1beta1
  featureGates:
    KubeletCrashLoopBackOffMax: true
  crashLoopBackOff:
    maxContainerRestartPeriod: 1s
`;

export class Cluster {
  readonly name: string;
  /** The Docker container of its one node. */
  readonly node: string;
  readonly kubeconfig: string;
  /** For kind, kubectl and the cases: their PATH and KUBECONFIG. */
  readonly environment: NodeJS.ProcessEnv;
  readonly #image: string;

  constructor(node: NodeImage) {
    this.name = keep ? 'greenroom-e2e' : `greenroom-e2e-${randomBytes(2).toString('hex')}`;
    this.node = `${this.name}-control-plane`;
    this.kubeconfig = join(folder, `${this.name}.kubeconfig`);
    this.#image = node.image;
    this.environment = { ...toolsEnvironment(node), KUBECONFIG: this.kubeconfig };
  }

  /** Creates the cluster, or finds the kept one if it was made from the same image and answers. */
  async ensure(signal: AbortSignal): Promise<void> {
    if (await this.#exists()) {
      if (await this.#isUsable()) {
        say(`Cluster ${this.name} is there already.`);
        return;
      }
      say(`Cluster ${this.name} is of another node image or does not answer: it is made anew.`);
      await this.delete();
    }
    mkdirSync(folder, { recursive: true });
    // --retain: one that fails half way is looked into before it is deleted
    const args = ['create', 'cluster', '--name', this.name, '--image', this.#image, '--config', '-'];
    await run('kind', [...args, '--retain', '--wait', '300s', '--quiet'], {
      signal,
      env: this.environment,
      input: configuration,
    });
    await run('kubectl', ['-n', 'kube-system', 'rollout', 'status', 'deployment/coredns', '--timeout=300s'], {
      signal,
      env: this.environment,
      quiet: true,
    });
  }

  /** Makes images of the engine known to the cluster's nodes. (kind alone would load again what is there already.) */
  async load(images: readonly string[], signal: AbortSignal): Promise<void> {
    const ids = await run('docker', ['image', 'inspect', '--format', '{{.Id}}', ...images], { signal, quiet: true });
    const file = `${this.kubeconfig}.images`;
    if (existsSync(file) && readFileSync(file, 'utf8') === ids) return;
    await run('kind', ['load', 'docker-image', '--quiet', '--name', this.name, ...images], {
      signal,
      env: this.environment,
      quiet: true,
    });
    writeFileSync(file, ids);
  }

  async exportLogs(to: string): Promise<void> {
    await run('kind', ['export', 'logs', '--name', this.name, to], { env: this.environment, quiet: true }).catch(say);
  }

  async delete(): Promise<void> {
    await run('kind', ['delete', 'cluster', '--name', this.name], { env: this.environment, quiet: true });
    rmSync(this.kubeconfig, { force: true });
    rmSync(`${this.kubeconfig}.images`, { force: true });
  }

  async #exists(): Promise<boolean> {
    return (await this.#nodeImage()) !== undefined;
  }

  #nodeImage(): Promise<string | undefined> {
    return output('docker', ['container', 'inspect', '--format', '{{.Image}}', this.node]);
  }

  async #isUsable(): Promise<boolean> {
    const wanted = await output('docker', ['image', 'inspect', '--format', '{{.Id}}', this.#image]);
    if (wanted === undefined || wanted !== (await this.#nodeImage()) || !existsSync(this.kubeconfig)) return false;
    const ready = ['wait', '--for=condition=Ready', 'node', '--all', '--timeout=180s'];
    return await run('kubectl', ready, { env: this.environment, quiet: true }).then(
      () => true,
      () => false,
    );
  }
}
