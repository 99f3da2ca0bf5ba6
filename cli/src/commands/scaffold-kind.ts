// What a user calls a kind of workload → the kind.
import { suggest } from '../../../helper/src/contract/index.ts';
import { Fault } from '../fault.ts';
import { type ScaffoldKind, scaffoldKinds } from '../scaffold/kinds.ts';

// what kubectl calls them for short
const shortKinds: Readonly<Record<string, ScaffoldKind>> = {
  po: 'Pod',
  deploy: 'Deployment',
  sts: 'StatefulSet',
  ds: 'DaemonSet',
  cj: 'CronJob',
};

/** @throws Fault usage */
export function parseKind(text: string): ScaffoldKind {
  const word = text.toLowerCase();
  const found =
    scaffoldKinds.find((kind) => kind.toLowerCase() === word || `${kind.toLowerCase()}s` === word) ?? shortKinds[word];
  if (found !== undefined) return found;
  const nearest = suggest(text, scaffoldKinds);
  throw new Fault('usage', `new: unknown kind ${JSON.stringify(text)}`, {
    cure: nearest === undefined ? `it is one of ${scaffoldKinds.join(', ')}` : `did you mean ${nearest.toLowerCase()}?`,
  });
}
