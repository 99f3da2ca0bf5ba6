// A whole reply for people: the answers, and a sum. Pure.
import type { Question, Reply } from '../ask.ts';
import type { ListName } from '../snapshot.ts';
import { counted } from '../words.ts';
import { answerText, type TextSettings } from './text.ts';

export function replyText({ answers, looked }: Reply, question: Question, settings: TextSettings): string {
  const { style } = settings;
  const blocks = answers.map((answer) => answerText(answer, settings));
  const where = question.namespace === undefined ? '' : ` in namespace ${question.namespace}`;
  const all = question.targets.length === 0;
  if (all && answers.length === 0) {
    const text =
      looked.pods === 0 ? `there are no pods${where}` : `all is well${where}: ${counted(looked.pods, 'pod')}`;
    return `${style.paint('green', style.signs.done)} ${text}\n`;
  }
  if (all && answers.length > 1) {
    const stuck = answers.reduce((sum, { pods }) => sum + Math.max(1, pods.length), 0);
    blocks.push(style.paint('dim', `${stuck} not well, of ${counted(looked.pods, 'pod')}${where}\n`));
  }
  return blocks.join('\n');
}

const nouns: Readonly<Record<ListName, string>> = {
  pods: 'pods',
  events: 'events',
  services: 'Services',
  slices: 'EndpointSlices',
  claims: 'PersistentVolumeClaims',
  nodes: 'nodes',
  quotas: 'ResourceQuotas',
  policies: 'NetworkPolicies',
  workloads: 'workloads (Deployments, Jobs …)',
};

/** What you may not read, a line each: the answers do without it. Of what only adds to an answer nothing is said. */
export function deniedText({ snapshot: { denied } }: Reply): string {
  const telling: readonly ListName[] = ['events', 'services', 'slices', 'claims', 'workloads', 'pods'];
  return telling
    .flatMap((name) =>
      denied.has(name) ? [`not read, and so not considered: ${nouns[name]}: ${denied.get(name)}\n`] : [],
    )
    .join('');
}
