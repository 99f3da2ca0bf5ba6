// greenroom completion: the script that makes a shell complete our words.
import { defineCommand } from '../command.ts';
import { completionScripts, type ShellName, shells } from '../completion/scripts.ts';
import { exitCodes } from '../exit-codes.ts';

export const completionCommand = defineCommand({
  usage: 'completion <shell>',
  summary: 'Print what makes a shell complete commands, flags and values',
  examples: [
    ['source <(greenroom completion bash)', 'in ~/.bashrc; with zsh in ~/.zshrc, behind compinit'],
    ['greenroom completion fish > ~/.config/fish/completions/greenroom.fish', 'once'],
  ],
  positionals: { shell: { type: 'string', choices: shells, demandOption: true, describe: shells.join(', ') } },
  flags: {},
  async run({ args, shell }) {
    shell.streams.out.write(completionScripts[args.shell as ShellName]);
    return exitCodes.success.code;
  },
});
