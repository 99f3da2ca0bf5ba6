// A whole reply for people: the answers, and a sum. Pure.
import type { Reply } from '../ask.ts';
import type { Question } from '../question.ts';
import type { ListName } from '../snapshot.ts';
import { counted } from '../words.ts';
import { answerText, briefText, type TextSettings } from './text.ts';

/** Of more answers than so many the first line of each has to do. */
const mostInFull = 5;

export function replyText({ answers, looked, left }: Reply, question: Question, settings: TextSettings): string {
  const { style } = settings;
  const isBrief = question.targets.length === 0 && question.selector === undefined && answers.length > mostInFull;
  const blocks = answers.map((answer) => (isBrief ? briefText(answer, settings) : answerText(answer, settings)));
  const where = question.namespace === undefined ? '' : ` in namespace ${question.namespace}`;
  const all = question.targets.length === 0;
  if (all && answers.length === 0) {
    const text =
      looked.pods === 0 ? `there are no pods${where}` : `all is well${where}: ${counted(looked.pods, 'pod')}`;
    return `${style.paint('green', style.signs.done)} ${text}\n`;
  }
  if (all && answers.length > 1) {
    const told = new Set(answers.flatMap((answer) => answer.pods.map((name) => `${answer.namespace}/${name}`)));
    const pods = told.size + left;
    const others = answers.filter(({ kind }) => kind !== 'Pod').length;
    const besides = others === 0 ? '' : ` and ${counted(others, 'workload')}`;
    const sum = `not well${where}: ${pods} of ${counted(looked.pods, 'pod')}${besides}`;
    const place = question.namespace === undefined ? ' -n NAMESPACE' : '';
    const more = isBrief ? `\n${settings.programName} why KIND/NAME${place} says more of one` : '';
    const rest = left === 0 ? '' : `; ${left} of them not looked into`;
    blocks.push(`${isBrief ? '\n' : ''}${style.paint('dim', `${sum}${rest}${more}`)}\n`);
  }
  return blocks.join(isBrief ? '' : '\n');
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
