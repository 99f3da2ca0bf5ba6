// The cluster by the user's own kubectl: `kubectl proxy` on a socket in a folder that only this user may enter.
// So every kubeconfig, auth plugin and HTTP proxy works as for kubectl, a login is asked for once however many calls
// there are, and kubectl itself refuses whatever is not a read.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '../../fault.ts';
import { type Answer, type Cluster, Unreachable } from './cluster.ts';

export interface KubectlSettings {
  /** kubectl's own flags, as they are: `--context`, `--kubeconfig` … */
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly requestTimeoutMs: number;
}

/** How many requests may be on their way at once. */
const atOnce = 8;
/** A list of ten thousand pods is some 100 MB; more is no answer to a question. */
const mostBytes = 256 * 2 ** 20;
/** Before another try at a read that the network, or a server that restarts, cut off. */
const pausesMs = [200, 800];
// An answer for kubectl's own start: it reads files and asks nobody.
const startTimeoutMs = 10_000;

/** @throws Fault input where kubectl is missing or refuses its settings */
export async function openCluster(settings: KubectlSettings): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'greenroom-why-'));
  const socketPath = join(folder, 'api');
  const args = [
    ...settings.flags,
    'proxy',
    `--unix-socket=${socketPath}`,
    '--reject-methods=^(POST|PUT|PATCH|DELETE)$',
  ];
  // a group of its own: Ctrl-C is for this program, which then ends kubectl
  const child = spawn('kubectl', args, {
    env: settings.env as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const close = () => {
    agent.destroy();
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await started(child);
  } catch (error) {
    close();
    throw error;
  }
  return new ProxiedCluster(socketPath, agent, settings.requestTimeoutMs, close);
}

function started(child: ReturnType<typeof spawn>): Promise<void> {
  return new Promise((resolve, reject) => {
    let words = '';
    const fail = (message: string, cure?: string) =>
      reject(new Fault('input', message, cure === undefined ? {} : { cure }));
    const timer = setTimeout(() => fail(`kubectl proxy does not start: ${words.trim()}`), startTimeoutMs);
    child.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      if (error.code !== 'ENOENT') fail(`kubectl cannot be run: ${error.message}`);
      else {
        fail('kubectl is not on the PATH', 'the cluster is asked through it: https://kubernetes.io/docs/tasks/tools/');
      }
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      words = (words + text).slice(-2_000);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      fail(words.trim().replace(/^error: /, 'kubectl: ') || `kubectl proxy ended with exit code ${code}`);
    });
    if (child.stdout === null) throw new Error('unreachable: stdout is a pipe');
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith('Starting to serve')) return;
      clearTimeout(timer);
      resolve();
    });
  });
}

class ProxiedCluster implements Cluster {
  readonly #socketPath: string;
  readonly #agent: Agent;
  readonly #timeoutMs: number;
  /** Of the server's clock against this machine's. */
  #aheadMs = 0;
  readonly close: () => void;

  constructor(socketPath: string, agent: Agent, timeoutMs: number, close: () => void) {
    this.#socketPath = socketPath;
    this.#agent = agent;
    this.#timeoutMs = timeoutMs;
    this.close = close;
  }

  nowMs(): number {
    return Date.now() + this.#aheadMs;
  }

  async get<T>(path: string): Promise<Answer<T>> {
    const answer = await this.text(path);
    if (answer.kind !== 'found') return answer;
    try {
      return { kind: 'found', value: JSON.parse(answer.value) as T };
    } catch {
      throw new Fault('input', `the cluster answers ${path} with what is not JSON`, {
        cure: 'is the address in the kubeconfig that of an API server?',
      });
    }
  }

  async text(path: string): Promise<Answer<string>> {
    const startMs = performance.now();
    for (const pauseMs of pausesMs) {
      try {
        return await this.#read(path);
      } catch (error) {
        // who has been silent for so long will be again
        if (!(error instanceof Unreachable) || performance.now() - startMs > this.#timeoutMs / 2) throw error;
        await pause(pauseMs);
      }
    }
    return await this.#read(path);
  }

  async #read(path: string): Promise<Answer<string>> {
    const response = await this.#open(path, AbortSignal.timeout(this.#timeoutMs));
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        chunks.push(chunk);
        size += chunk.length;
        if (size > mostBytes) throw new Fault('input', `the cluster's answer to ${path} is larger than 256 MiB`);
      }
    } catch (error) {
      throw this.#fault(error);
    }
    const body = Buffer.concat(chunks).toString('utf8');
    const { statusCode = 0 } = response;
    if (statusCode === 200) return { kind: 'found', value: body };
    if (statusCode === 404) return { kind: 'absent' };
    const words = messageOf(body);
    // a status of the API is JSON; kubectl's own trouble on the way there is plain text
    if (words === undefined) {
      const cure = 'kubectl version asks it too: mend that first; --context chooses another';
      throw new Unreachable(`the cluster cannot be asked: ${body.trim() || `HTTP ${statusCode}`}`, { cure });
    }
    if (statusCode === 401) throw new Fault('input', `the cluster cannot be asked: ${words}`);
    if (statusCode >= 500 || statusCode === 429) throw new Unreachable(`the cluster cannot answer: ${words}`);
    return { kind: 'denied', words };
  }

  async watch(path: string, onLine: (line: string) => void, signal: AbortSignal): Promise<void> {
    const response = await this.#open(path, signal);
    if (response.statusCode !== 200) {
      response.resume();
      return;
    }
    try {
      for await (const line of createInterface({ input: response })) onLine(line);
    } catch (error) {
      if (!signal.aborted) throw this.#fault(error);
    }
  }

  #open(path: string, signal: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const options = {
        socketPath: this.#socketPath,
        agent: this.#agent,
        path,
        signal,
        headers: { host: 'localhost' },
      };
      const outgoing = request(options, (response) => {
        const saidMs = Date.parse(response.headers.date ?? '');
        if (!Number.isNaN(saidMs)) {
          // the header tells whole seconds
          const aheadMs = saidMs - Date.now();
          this.#aheadMs = Math.abs(aheadMs) < 2_000 ? 0 : aheadMs;
        }
        resolve(response);
      });
      outgoing.on('error', (error) => reject(this.#fault(error)));
      outgoing.end();
    });
  }

  #fault(error: unknown): Error {
    if (error instanceof Fault) return error;
    const { name, message } = error as Error;
    if (name !== 'AbortError' && name !== 'TimeoutError') {
      return new Unreachable(`the cluster cannot be asked: ${message}`, { cause: error });
    }
    return new Unreachable(`the cluster has not answered within ${this.#timeoutMs / 1_000}s`, {
      cure: 'is it reachable (kubectl get --raw /version)? --request-timeout gives it longer',
    });
  }
}

function messageOf(body: string): string | undefined {
  try {
    const { message } = JSON.parse(body) as { message?: unknown };
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}
