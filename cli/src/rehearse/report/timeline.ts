// The events as lines for people, while they happen: when, which container, what. Pure.
import { describeDuration, exitCodes, parseTermination } from '../../../../helper/src/contract/index.ts';
import type { ContainerRole } from '../kubelet/restart-rules.ts';
import type { RehearsalEvent } from './events.ts';
import { type Colour, type SignName, type Style, wrap } from './style.ts';

interface Line {
  /** Empty for what concerns the whole pod. */
  readonly who: string;
  readonly sign: SignName;
  readonly colour: Colour | undefined;
  readonly text: string;
  /** A second line, such as the cure. */
  readonly more?: string | undefined;
}

export interface TimelineContext {
  readonly roles: ReadonlyMap<string, ContainerRole>;
  readonly style: Style;
}

const timeWidth = 8;
// below this a hanging indent would leave no room for words
const narrowest = 30;

/** A function that writes an event as lines, each ended; an empty text where an event says nothing to people. */
export function createTimeline({ roles, style }: TimelineContext): (event: RehearsalEvent) => string {
  const nameWidth = Math.max(...[...roles.keys()].map((name) => name.length));
  const lastWords = new Map<string, string>();
  const hints = new Set<string>();
  const stopping = new Set<string>();
  const indent = timeWidth + 2 + nameWidth + 2;
  const columns = Math.max(narrowest, (style.columns ?? Number.POSITIVE_INFINITY) - indent - 2);

  const write = (atMs: number, { who, sign, colour, text, more }: Line): string => {
    const paint = (part: string) => (colour === undefined ? part : style.paint(colour, part));
    const time = style.paint('dim', `${(atMs / 1_000).toFixed(2)}s`.padStart(timeWidth));
    const [first = '', ...rest] = text.split('\n').flatMap((part) => wrap(part, columns));
    const under = [...rest, ...(more === undefined ? [] : more.split('\n').flatMap((part) => wrap(part, columns)))];
    const lines = [`${time}  ${who.padEnd(nameWidth)}  ${paint(style.signs[sign])} ${paint(first)}`];
    const dim = (part: string, index: number) => (index < rest.length ? paint(part) : style.paint('dim', part));
    lines.push(...under.map((part, index) => `${' '.repeat(indent + 2)}${dim(part, index)}`));
    return lines.map((line) => `${line}\n`).join('');
  };

  return (event) => {
    const line = lineOf(event);
    return line === undefined ? '' : write(event.atMs, line);
  };

  function lineOf(event: RehearsalEvent): Line | undefined {
    switch (event.kind) {
      case 'pod-created':
        if (event.number === 1) return undefined;
        return { who: '', sign: 'start', colour: 'bold', text: `pod ${event.number}, with volumes of its own` };
      case 'started': {
        const again = event.attempt === 1 ? 'starts' : `starts again (restart ${event.attempt - 1})`;
        const what = event.as === 'helper' ? event.command : `stand-in: ${event.command}`;
        return { who: event.container, sign: 'start', colour: 'bold', text: `${again}: ${what}` };
      }
      case 'would-start':
        return { who: event.container, sign: 'app', colour: 'green', text: `would start now (image ${event.image})` };
      case 'log': {
        lastWords.set(event.container, event.message);
        const text = event.step === undefined ? event.message : `step ${event.step}: ${event.message}`;
        // once is enough for a hint
        const isNew = event.hint !== undefined && !hints.has(event.hint);
        if (event.hint !== undefined) hints.add(event.hint);
        const colour = event.level === 'error' ? 'red' : event.level === 'warn' ? 'yellow' : undefined;
        return { who: event.container, sign: 'waits', colour, text, more: isNew ? event.hint : undefined };
      }
      case 'output':
        return { who: event.container, sign: 'waits', colour: 'dim', text: event.line };
      case 'exited':
        return exitLine(event);
      case 'startup-passed':
        return { who: event.container, sign: 'done', colour: 'green', text: 'started: its startup probe has passed' };
      case 'startup-failed':
        return { who: event.container, sign: 'failed', colour: 'red', text: 'its startup probe failed too often' };
      case 'stopping':
        stopping.add(event.container);
        return { who: event.container, sign: 'waits', colour: 'dim', text: 'is ended (SIGTERM)' };
      case 'back-off': {
        const more =
          event.delayMs > 2_000 ? '--max-restart-period 1s shortens this, as the kubelet can be told to' : undefined;
        const text = `CrashLoopBackOff: the kubelet starts it again in ${describeDuration(event.delayMs)}`;
        return { who: event.container, sign: 'waits', colour: 'yellow', text, more };
      }
      case 'initialized':
        if (![...roles.values()].some((role) => role !== 'app')) return undefined;
        return { who: '', sign: 'done', colour: 'green', text: 'what must come before the app is done: it may start' };
      case 'service-created':
      case 'service-ready': {
        const port = event.port === undefined ? '' : `:${event.port}`;
        const what = event.kind === 'service-created' ? 'appears' : 'has ready endpoints';
        return { who: '', sign: 'start', colour: 'cyan', text: `Service ${event.service}${port} ${what}` };
      }
      case 'note':
        return { who: '', sign: 'note', colour: 'yellow', text: event.message, more: event.cure };
      case 'pod-ended':
        return {
          who: '',
          sign: event.phase === 'Succeeded' ? 'done' : 'failed',
          colour: event.phase === 'Succeeded' ? 'green' : 'red',
          text: `the pod is ${event.phase}${event.reason === undefined ? '' : ` (${event.reason})`}`,
        };
      case 'over':
        return { who: '', sign: 'waits', colour: 'dim', text: 'the rehearsal is over: what still runs is ended' };
      case 'next-pod':
        return {
          who: '',
          sign: 'waits',
          colour: 'yellow',
          text: `the Job makes another pod in ${describeDuration(event.delayMs)}`,
        };
      case 'job-failed':
        return { who: '', sign: 'failed', colour: 'red', text: `the Job has failed: ${event.reason}` };
    }
  }

  function exitLine({ container, exitCode, message }: Extract<RehearsalEvent, { kind: 'exited' }>): Line {
    // "exit codes other than 0 at the end are normal": …/pods/sidecar-containers/
    if (stopping.delete(container))
      return { who: container, sign: 'waits', colour: 'dim', text: `ended (exit ${exitCode})` };
    if (exitCode === 0) return { who: container, sign: 'done', colour: 'green', text: 'done (exit 0)' };
    const sentence = parseTermination(message)?.sentence ?? message;
    const meaning = Object.values(exitCodes).find(({ code }) => code === exitCode);
    const isOurs = parseTermination(message) !== undefined;
    const text = `exit ${exitCode}${isOurs && meaning !== undefined ? `: ${meaning.sentence}` : ''}`;
    // the log has just said it
    const said = sentence.startsWith(lastWords.get(container) ?? '\0');
    return {
      who: container,
      sign: 'failed',
      colour: 'red',
      text,
      more: said || sentence === '' ? undefined : sentence,
    };
  }
}
