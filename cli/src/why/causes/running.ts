// Containers that run and end: crashes, memory, probes, hooks.
import { nextStart } from '../back-off.ts';
import type { Finding, PodCause } from '../cause.ts';
import { type ContainerView, eventOf } from '../container-view.ts';
import type { Probe } from '../kube/objects.ts';
import { conditionOf, type PodView } from '../pod-view.ts';
import { firstSeenMs, lastSeenMs, timeMs } from '../snapshot.ts';
import { counted, listed, quoted, spell } from '../words.ts';
import { lastWords } from './last-words.ts';

/** Since when a container fails: its first end is not remembered, so the pod's start has to do where it failed often. */
function sinceOf({ pod }: PodView, container: ContainerView): { sinceMs?: number } {
  const first = eventOf(container.events, 'BackOff');
  const sinceMs =
    first === undefined
      ? container.restarts === 0
        ? timeMs(container.end?.finishedAt)
        : timeMs(pod.status?.startTime)
      : firstSeenMs(first);
  return sinceMs === undefined ? {} : { sinceMs };
}

function ended(view: PodView, container: ContainerView, verdict: string, more: Partial<Finding> = {}): Finding {
  const next = nextStart(container, view.nowMs);
  return {
    verdict,
    container: container.name,
    ...sinceOf(view, container),
    ...(next === undefined ? {} : { next }),
    commands: [`logs ${view.name} -c ${container.name} --previous`, `describe pod ${view.name}`],
    ...more,
  };
}

const often = ({ restarts }: ContainerView): string =>
  restarts === 0 ? '' : `, ${counted(restarts + 1, 'time')} so far`;

export const outOfMemory: PodCause = {
  id: 'out-of-memory',
  what: 'The container was killed because it used more memory than its limit.',
  cure: 'Raise resources.limits.memory, or tell the program to use less: many runtimes must be told of the limit.',
  outlook: 'open',
  *find(view) {
    for (const container of view.focus) {
      if (!container.isFailing || container.end?.reason !== 'OOMKilled') continue;
      const limit = container.spec.resources?.limits?.memory;
      yield ended(
        view,
        container,
        `${container.title} was killed for using more memory than ${limit === undefined ? 'its node could give' : `its limit of ${limit}`}${often(container)}`,
      );
    }
  },
};

const probeText = (probe: Probe | undefined): string => {
  if (probe?.httpGet !== undefined) return `GET ${probe.httpGet.path ?? '/'} at port ${probe.httpGet.port}`;
  if (probe?.tcpSocket !== undefined) return `a connection to port ${probe.tcpSocket.port}`;
  if (probe?.grpc !== undefined) return `gRPC health at port ${probe.grpc.port}`;
  return probe?.exec === undefined ? 'the probe' : `the command "${quoted((probe.exec.command ?? []).join(' '))}"`;
};

const probeWords = (message: string): string => {
  const words = quoted(message.replace(/^(Startup|Liveness|Readiness) probe (failed|errored):?/, ''));
  // the pod's address and the probe's URL say nothing to people
  return words
    .replace(/^Get "[^"]*": /, '')
    .replace(/^dial tcp [^ ]*: connect: /, '')
    .replace(/^(context deadline exceeded).*/, 'no answer in time');
};

/** Whether a probe that has failed once says how it is now. (Of many failures the kubelet tells only the first ones.) */
function explains(
  kind: 'Startup' | 'Liveness' | 'Readiness',
  { running, isReady, isStarted, end }: ContainerView,
): boolean {
  // whom a probe ended, SIGTERM or SIGKILL did
  const wasKilled = end !== undefined && [137, 143].includes(end.exitCode);
  if (kind === 'Readiness') return running !== undefined && isStarted && !isReady;
  if (kind === 'Startup') return !isStarted && (running !== undefined || wasKilled);
  return wasKilled;
}

/** After so long without an event a probe that has not passed counts as failing. */
const silentMs = 30_000;

function probeCause(kind: 'Startup' | 'Liveness' | 'Readiness', info: Omit<PodCause, 'find'>): PodCause {
  const field = `${kind.toLowerCase()}Probe` as 'startupProbe' | 'livenessProbe' | 'readinessProbe';
  return {
    ...info,
    *find(view) {
      for (const container of view.focus) {
        const event = eventOf(container.events, 'Unhealthy', new RegExp(`^${kind} probe`));
        const probe = container.spec[field];
        if (probe === undefined || !explains(kind, container)) continue;
        const { running, restarts, title } = container;
        // a pod whose containers have many events loses some: what has run for a while has failed its probe
        const ranMs = running === undefined ? 0 : view.nowMs - running.sinceMs;
        if (event === undefined && (kind === 'Liveness' || ranMs < silentMs)) continue;
        const kills = kind !== 'Readiness';
        const words = probeWords(event?.message ?? '');
        const restarted = restarts === 0 || !kills ? '' : ` (${counted(restarts, 'restart')})`;
        const fails = event === undefined ? 'has not passed' : `fails${words === '' ? '' : `: ${words}`}`;
        const what = {
          Readiness: 'runs, but is not ready',
          Startup: 'runs, but has not started',
          Liveness: 'is restarted',
        };
        yield {
          ...(kills ? ended(view, container, '') : {}),
          verdict: `${title} ${what[kind]}${restarted}: its ${kind.toLowerCase()} probe, ${probeText(probe)}, ${fails}`,
          container: container.name,
          sinceMs: event === undefined ? view.nowMs - ranMs : firstSeenMs(event),
          facts:
            event === undefined
              ? []
              : [
                  [
                    'probe',
                    `failed ${counted(event.count ?? 1, 'time')}, last ${spell(view.nowMs - lastSeenMs(event))} ago`,
                  ],
                ],
          commands: [`logs ${view.name} -c ${container.name}`, `describe pod ${view.name}`],
        };
      }
    },
  };
}

export const startupProbe = probeCause('Startup', {
  id: 'startup-probe',
  what: 'The startup probe of the container fails: nothing after it starts, and after failureThreshold tries it is restarted.',
  cure: 'Does the program listen where the probe asks? If it only needs longer, raise failureThreshold.',
  outlook: 'open',
});

export const livenessProbe = probeCause('Liveness', {
  id: 'liveness-probe',
  what: 'The liveness probe of the container fails, so the kubelet restarts it.',
  cure: 'See why it does not answer. A program that starts slowly needs a startupProbe, not a laxer liveness probe.',
  outlook: 'open',
});

export const readinessProbe = probeCause('Readiness', {
  id: 'readiness-probe',
  what: 'The container runs, and its readiness probe fails: Services send it nothing.',
  cure: 'Does the program listen where the probe asks (port, path, address 0.0.0.0)? Is what it needs itself there?',
  outlook: 'open',
});

export const postStart: PodCause = {
  id: 'post-start',
  what: 'The postStart hook of the container fails, and the kubelet kills the container for it.',
  cure: "Run the hook's command by hand in the container. A wait belongs into an init container, not into postStart.",
  outlook: 'open',
  *find(view) {
    for (const container of view.focus) {
      const event = eventOf(container.events, 'FailedPostStartHook');
      const message = container.waiting?.reason === 'PostStartHookError' ? container.waiting.message : '';
      if (message === '' && (event === undefined || !container.isFailing)) continue;
      const [, command, why] = /Exec lifecycle hook \(\[(.*?)\]\).*? exited with (\d+)/s.exec(message) ?? [];
      const [, said = ''] = /message: "(.*?)(?:\\n)?"$/s.exec(message) ?? [];
      yield ended(
        view,
        container,
        `${container.title} is killed because its postStart hook fails${command === undefined ? '' : `: ${quoted(command)} ended with exit code ${why}`}${said === '' ? '' : ` and said "${quoted(said)}"`}`,
      );
    }
  },
};

export const endsByItself: PodCause = {
  id: 'ends-by-itself',
  what: 'The container ends without a fault (exit code 0), and the pod says that it is always started again.',
  cure: 'Let the container run something that stays; what shall end belongs into a Job.',
  outlook: 'open',
  *find(view) {
    for (const container of view.focus) {
      if (!container.isFailing || container.end?.exitCode !== 0) continue;
      yield ended(
        view,
        container,
        `${container.title} ends by itself with exit code 0 after ${lasted(container)}${often(container)}, and is started again each time`,
      );
    }
  },
};

const lasted = ({ end }: ContainerView): string =>
  spell((timeMs(end?.finishedAt) ?? 0) - (timeMs(end?.startedAt) ?? 0));

export const crashes: PodCause = {
  id: 'crashes',
  what: 'The container ends with a fault, and is started again after a pause that doubles up to five minutes (CrashLoopBackOff).',
  cure: 'Read its last words and its log; what it reads at its start (configuration, arguments, what it connects to) is the usual place.',
  outlook: 'open',
  *find(view) {
    for (const container of view.focus) {
      const { end } = container;
      if (!container.isFailing || end === undefined) continue;
      const { said, facts, isSilent } = lastWords(view, container);
      const how =
        end.signal === undefined && end.exitCode <= 128
          ? `exit code ${end.exitCode}`
          : `exit code ${end.exitCode} (${signalOf(end.exitCode)})`;
      const verdict = `${container.title} fails with ${how}${often(container)}${isSilent ? ', without a word' : said}`;
      const cure = 'Its log is empty: see what its image and command start, and run that by hand.';
      yield ended(view, container, verdict, { facts, ...(isSilent ? { cure } : {}) });
    }
  },
};

const signalOf = (code: number): string =>
  ({
    129: 'SIGHUP',
    130: 'SIGINT',
    132: 'SIGILL',
    134: 'SIGABRT',
    135: 'SIGBUS',
    136: 'SIGFPE',
    137: 'SIGKILL',
    139: 'SIGSEGV',
    143: 'SIGTERM',
  })[code] ?? `signal ${code - 128}`;

export const readinessGate: PodCause = {
  id: 'readiness-gate',
  what: 'All containers are ready, and the pod is not: a condition in its readinessGates is not true.',
  cure: 'See why the controller that sets that condition (of a load balancer, as a rule) does not.',
  outlook: 'open',
  *find(view) {
    const gates = (view.pod.spec.readinessGates ?? [])
      .map(({ conditionType }) => conditionType)
      .filter((type) => conditionOf(view.pod, type)?.status !== 'True');
    if (view.stage !== 'app' || view.focus.length > 0 || gates.length === 0) return;
    const sinceMs = timeMs(conditionOf(view.pod, 'ContainersReady')?.lastTransitionTime);
    yield {
      verdict: `its containers are ready, but ${gates.length === 1 ? 'the condition' : 'the conditions'} ${listed(gates)} of its readinessGates ${gates.length === 1 ? 'is' : 'are'} not true`,
      ...(sinceMs === undefined ? {} : { sinceMs }),
    };
  },
};
