// Every command of the CLI, in the order of the help.
import type { Command } from '../command.ts';
import { rehearseCommand } from './rehearse.ts';

export const commands: readonly Command[] = [rehearseCommand];
