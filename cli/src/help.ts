// What is answered to `greenroom help …`: the program, a command with all of its options, or what a step can say.
import { suggest } from '../../helper/src/contract/index.ts';
import { findCommand } from './commands/find.ts';
import { commands } from './commands/index.ts';
import { Fault } from './fault.ts';
import { commandHelp, programHelp } from './render/help-text.ts';
import { fetchHelp, schemeWords, targetHelp, targetKindOf, waitHelp } from './render/step-help.ts';
import type { Writer } from './streams.ts';

/**
 * @param topic the word behind `help`
 * @param kind the next one, which a wait may have
 * @throws Fault usage for what nobody knows
 */
export function help(program: string, topic: string | undefined, kind: string | undefined, to: Writer): string {
  if (topic === undefined) return programHelp(program, commands, to);
  if (topic === 'fetch') return fetchHelp(to);
  if (topic !== 'wait') return commandHelp(program, findCommand(topic), to, 'all');
  if (kind === undefined) return waitHelp(program, to);
  const found = targetKindOf(kind);
  if (found !== undefined) return targetHelp(program, found, to);
  const nearest = suggest(kind, schemeWords);
  throw new Fault('usage', `help wait: unknown kind of target ${JSON.stringify(kind)}`, {
    cure: nearest === undefined ? `it is one of ${schemeWords.join(', ')}` : `did you mean ${nearest}?`,
  });
}
