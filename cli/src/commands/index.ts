// Every command of the CLI, in the order of the help.
import type { Command } from '../command.ts';
import { completionCommand } from './completion.ts';
import { convertCommand } from './convert.ts';
import { explainCommand } from './explain.ts';
import { fnCommand } from './fn.ts';
import { injectCommand } from './inject.ts';
import { lintCommand } from './lint.ts';
import { newCommand } from './new.ts';
import { policyCommand } from './policy.ts';
import { rehearseCommand } from './rehearse.ts';
import { uninjectCommand } from './uninject.ts';
import { whyCommand } from './why.ts';

export const commands: readonly Command[] = [
  newCommand,
  injectCommand,
  uninjectCommand,
  convertCommand,
  lintCommand,
  rehearseCommand,
  explainCommand,
  whyCommand,
  policyCommand,
  fnCommand,
  completionCommand,
];
