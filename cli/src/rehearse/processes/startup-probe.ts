// Asks a sidecar's startup probe, on this machine's loopback, until it passes or has failed too often.
// https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-probes
import { get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StartupProbe } from '../pod/pod-spec.ts';
import { podAddress } from '../pod/values.ts';

/**
 * Resolves with whether it passed; rejects only when `signal` is aborted.
 * A probe that only the container itself could answer (exec, grpc) passes after its first delay.
 */
export async function askStartupProbe(probe: StartupProbe, signal: AbortSignal): Promise<boolean> {
  await sleep(probe.initialDelayMs, undefined, { signal });
  for (let failures = 0; failures < probe.failureThreshold; failures++) {
    if (failures > 0) await sleep(probe.periodMs, undefined, { signal });
    if (await ask(probe)) return true;
    signal.throwIfAborted();
  }
  return false;
}

function ask({ how, timeoutMs }: StartupProbe): Promise<boolean> {
  return new Promise((resolve) => {
    if (how.kind === 'tcp') {
      const socket = connect({ host: podAddress, port: how.port, timeout: timeoutMs });
      const end = (passed: boolean) => {
        socket.destroy();
        resolve(passed);
      };
      socket
        .on('connect', () => end(true))
        .on('error', () => end(false))
        .on('timeout', () => end(false));
      return;
    }
    if (how.kind !== 'http') return resolve(true);
    const { port, path } = how;
    const options = { host: podAddress, port, path, timeout: timeoutMs, agent: false, rejectUnauthorized: false };
    const request = (how.tls ? httpsGet : httpGet)(options, ({ statusCode = 0 }) => {
      resolve(statusCode >= 200 && statusCode < 400);
      request.destroy();
    });
    request.on('error', () => resolve(false)).on('timeout', () => request.destroy());
  });
}
