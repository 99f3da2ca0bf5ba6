// How a wait of an init container is told: since when, what it said last, when it gives up, which attempt it is.
import { nextStart } from '../back-off.ts';
import type { Fact, Finding } from '../cause.ts';
import { type ContainerView, helperEnd } from '../container-view.ts';
import { bornMs, type PodView } from '../pod-view.ts';
import { timeMs } from '../snapshot.ts';
import { helperLogOf, type WaitedHost } from '../waits/waited-hosts.ts';
import { quoted } from '../words.ts';

/** Since the container first ran: an attempt before this one has waited too. */
const sinceOf = (view: PodView, { restarts, running, end }: ContainerView): number =>
  (restarts === 0 ? (running?.sinceMs ?? timeMs(end?.startedAt)) : undefined) ?? bornMs(view);

export function waitFinding(
  view: PodView,
  { container, target }: Pick<WaitedHost, 'container'> & Partial<WaitedHost>,
  verdict: string,
  more: Partial<Finding> = {},
): Finding {
  const { message } = helperLogOf(container, view.pod, view.snapshot);
  const end = helperEnd(container);
  const next = nextStart(container, view.nowMs);
  const said = container.running === undefined && end !== undefined ? end.sentence : message;
  const facts: Fact[] = said === undefined ? [] : [['said', quoted(said)]];
  if (container.restarts > 0 && container.running !== undefined) {
    facts.push([
      'attempt',
      `${container.restarts + 1}; the one before ended with exit code ${container.end?.exitCode}`,
    ]);
  }
  return {
    verdict,
    container: container.name,
    ...(target === undefined ? {} : { about: target }),
    sinceMs: sinceOf(view, container),
    ...(next === undefined ? {} : { next }),
    ...more,
    facts: [...(more.facts ?? []), ...facts],
  };
}
