// A command by its name; where there is none, what would have been right.
import { stepKinds, suggest } from '../../../helper/src/contract/index.ts';
import { type Command, nameOf } from '../command.ts';
import { Fault } from '../fault.ts';
import { commands } from './index.ts';

export const commandNames: readonly string[] = commands.map(nameOf);

/** @throws Fault usage */
export function findCommand(name: string): Command {
  const found = commands.find((command) => nameOf(command) === name);
  if (found !== undefined) return found;
  throw new Fault('usage', `unknown command ${JSON.stringify(name)}`, { cure: cureOf(name) });
}

function cureOf(name: string): string {
  if (stepKinds.some((kind) => kind === name)) {
    return `new and inject take it as --${name} STEP; help ${name} tells what a step can say`;
  }
  const nearest = suggest(name, commandNames);
  return nearest === undefined ? `it is one of ${commandNames.join(', ')}` : `did you mean ${nearest}?`;
}
