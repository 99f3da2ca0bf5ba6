// What is on its way, and what is left when no other cause holds.
import type { Finding, PodCause } from '../cause.ts';
import { eventOf } from '../container-view.ts';
import { bornMs, conditionOf } from '../pod-view.ts';
import { lastSeenMs, logKey, timeMs } from '../snapshot.ts';
import { helperLogOf, helperSteps, pendingTargets } from '../waits/waited-hosts.ts';
import { lastLines, listed, quoted, spell } from '../words.ts';
import { waitFinding } from './wait-finding.ts';

/** A wait so short is no trouble yet. */
const shortMs = 30_000;

export const waitGoesOn: PodCause = {
  id: 'wait-goes-on',
  what: 'An init container with the helper waits or downloads, and what it waits for is no Service of this cluster, or one that looks well.',
  cure: 'Read what it says: it names the last cause, and a hint where one is known (helper/hints.md).',
  outlook: 'open',
  *find(view) {
    if (view.stage !== 'init') return;
    for (const container of view.focus) {
      const { message, hint, hasFailed, isReady } = helperLogOf(container, view.pod, view.snapshot);
      const steps = helperSteps(container);
      if (container.running === undefined || hasFailed || (message === undefined && steps === undefined)) continue;
      const targets = pendingTargets(container, view.pod, view.snapshot);
      const fetches = (steps ?? []).flatMap((step) => (step.kind === 'fetch' ? [step.destination] : []));
      if (isReady && fetches.length === 0) {
        const verdict = `${container.title} has what it waited for, and ends`;
        yield waitFinding(view, { container }, verdict, { outlook: 'passing' });
        continue;
      }
      const does =
        targets.length > 0 || fetches.length === 0
          ? `waits for ${targets.length === 0 ? 'what its steps say' : listed(targets)}`
          : `downloads ${listed(fetches)}`;
      yield waitFinding(view, { container }, `${container.title} ${does}`, {
        ...(hint === undefined ? {} : { cure: quoted(hint) }),
        // that is what it is there for
        outlook: view.nowMs - container.running.sinceMs < shortMs ? 'passing' : 'open',
        commands: [`logs ${view.name} -c ${container.name} -f`],
      });
    }
  },
};

export const initRuns: PodCause = {
  id: 'init-runs',
  what: 'An init container is still running, and nothing says that anything is wrong with it.',
  cure: 'Read its log: is it at work, or does it wait for something?',
  outlook: 'open',
  *find(view) {
    if (view.stage !== 'init') return;
    for (const container of view.focus) {
      if (container.running === undefined || container.role !== 'init') continue;
      const sinceMs = container.running.sinceMs;
      const { hosts } = view;
      const own = hosts.filter((host) => host.container === container).map(({ target }) => target);
      const lines = lastLines(view.snapshot.logs.get(logKey(view.namespace, view.name, container.name)), 3);
      yield {
        verdict: `${container.title} has been running for ${spell(view.nowMs - container.running.sinceMs)}${own.length === 0 ? '' : ` and asks for ${listed(own)}`}`,
        container: container.name,
        sinceMs,
        outlook: view.nowMs - sinceMs < shortMs ? 'passing' : 'open',
        facts: lines.map((line) => ['said', line]),
        commands: [`logs ${view.name} -c ${container.name} -f`],
      };
    }
  },
};

export const pulling: PodCause = {
  id: 'pulling',
  what: 'The node is pulling an image.',
  cure: 'Wait; a large image over a slow line takes minutes.',
  outlook: 'passing',
  *find(view) {
    for (const container of view.focus) {
      const last = container.events.find(({ reason }) => /^(Pulling|Pulled|Failed|BackOff)$/.test(reason ?? ''));
      if (last?.reason !== 'Pulling' || container.running !== undefined || container.end !== undefined) continue;
      const sinceMs = lastSeenMs(last);
      yield {
        verdict: `${container.title} waits for its image: ${container.spec.image} is being pulled for ${spell(view.nowMs - sinceMs)}`,
        container: container.name,
        sinceMs,
      };
    }
  },
};

export const preparing: PodCause = {
  id: 'preparing',
  what: 'The node is making the pod: volumes, network, the first container.',
  cure: 'Wait a moment; where it lasts, the events say why.',
  outlook: 'passing',
  *find(view) {
    if (view.stage !== 'preparing') return;
    const sinceMs = timeMs(conditionOf(view.pod, 'PodScheduled')?.lastTransitionTime) ?? bornMs(view);
    const isLate = view.nowMs - sinceMs > 60_000;
    const last = eventOf(view.events, /(?:)/);
    yield {
      verdict: `its node ${view.pod.spec.nodeName} is preparing volumes and network for ${spell(view.nowMs - sinceMs)}`,
      sinceMs,
      outlook: isLate ? 'open' : 'passing',
      ...(last?.message === undefined ? {} : { facts: [['event', quoted(last.message)]] }),
      commands: isLate ? [`describe pod ${view.name}`] : [],
    };
  },
};

export const starting: PodCause = {
  id: 'starting',
  what: 'A container has been started, and is not ready yet.',
  cure: 'Wait a moment; where it lasts, read its log.',
  outlook: 'passing',
  *find(view) {
    const names = view.focus.map(({ title }) => title);
    const [first] = view.focus;
    const sinceMs = first?.running?.sinceMs ?? bornMs(view);
    const isLate = view.nowMs - sinceMs > 120_000;
    const finding: Finding = {
      verdict:
        names.length === 0
          ? 'it is not ready yet'
          : `${listed(names)} ${names.length === 1 ? 'has' : 'have'} not become ready yet, after ${spell(view.nowMs - sinceMs)}`,
      ...(first === undefined ? {} : { container: first.name }),
      sinceMs,
      outlook: isLate ? 'open' : 'passing',
      commands:
        isLate && first !== undefined ? [`logs ${view.name} -c ${first.name}`, `describe pod ${view.name}`] : [],
    };
    yield finding;
  },
};
