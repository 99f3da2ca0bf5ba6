// The answers for programs: one JSON document, every key always there. Documented in cli/why.md.
import type { Reply } from '../ask.ts';
import type { Answer, Diagnosed } from '../diagnose.ts';
import { commandLines, type TextSettings } from './text.ts';

export function replyJson(reply: Reply, settings: Pick<TextSettings, 'programName' | 'kubectlFlags'>): string {
  const { answers, snapshot } = reply;
  const document = {
    at: isoTime(snapshot.nowMs),
    state: stateOf(answers),
    answers: answers.map((answer) => describe(answer, settings)),
    denied: [...snapshot.denied].map(([what, words]) => ({ what, words })),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** The worst of the states. */
export function stateOf(answers: readonly Pick<Answer, 'state'>[]): Answer['state'] {
  const states = answers.map(({ state }) => state);
  return states.includes('stuck') ? 'stuck' : states.includes('starting') ? 'starting' : 'well';
}

function describe(answer: Answer, settings: Pick<TextSettings, 'programName' | 'kubectlFlags'>) {
  const { kind, name, namespace, state, forGood, verdict, pods, owner, found } = answer;
  return {
    kind,
    name,
    namespace,
    owner: owner ?? null,
    pods,
    state,
    forGood,
    verdict,
    causes: found.map((each) => describeCause(answer, each, settings)),
  };
}

function describeCause(
  answer: Answer,
  { cause, finding }: Diagnosed,
  settings: Pick<TextSettings, 'programName' | 'kubectlFlags'>,
) {
  return {
    id: cause.id,
    container: finding.container ?? null,
    verdict: finding.verdict,
    outlook: finding.outlook ?? cause.outlook,
    since: finding.sinceMs === undefined ? null : isoTime(finding.sinceMs),
    next: finding.next ?? null,
    facts: (finding.facts ?? []).map(([label, text]) => ({ label, text })),
    cure: finding.cure ?? cause.cure,
    commands: commandLines(answer, finding, settings),
  };
}

const isoTime = (ms: number): string => new Date(Math.round(ms / 1_000) * 1_000).toISOString().replace('.000', '');
