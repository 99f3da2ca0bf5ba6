// cli/rehearse.md: its table of options is the command's own.
import { test } from 'node:test';
import { rehearseCommand } from '../../../../cli/src/commands/rehearse.ts';
import { assertSection, markdownTable } from '../../../support/generated-section.ts';

test('the options of rehearse are those of the command', () => {
  const rows = Object.entries(rehearseCommand.flags).map(
    ([name, { type, choices, placeholder, default: preset, describe }]) => {
      const word = type === 'boolean' ? '' : ` ${placeholder ?? choices?.join('|')}`;
      return [`\`--${name}${word}\``, preset === undefined ? '' : `\`${preset}\``, `${describe}.`];
    },
  );
  assertSection('cli/rehearse.md', 'options', markdownTable(['option', 'default', 'meaning'], rows));
});
