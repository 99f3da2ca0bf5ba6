// cli/lint.md: its rules are those of the code.
import { test } from 'node:test';
import { rules } from '../../cli/src/lint/rules/index.ts';
import { assertSection, markdownTable } from '../support/generated-section.ts';

const document = 'cli/lint.md';

test('the table of rules is that of the code', () => {
  const rows = rules.map(({ id, severity, cure }) => [`[\`${id}\`](#${id})`, severity, cure]);
  assertSection(document, 'table', markdownTable(['rule', 'severity', 'cure'], rows));
});

test('what each rule says of itself is in the document', () => {
  const sections = rules.map(({ id, severity, reason, cure, example }) =>
    [
      `### ${id}`,
      `${severity}. ${reason}`,
      `\`\`\`yaml\n${example.bad}\n\`\`\``,
      `${cure}`,
      `\`\`\`yaml\n${example.good}\n\`\`\``,
    ].join('\n\n'),
  );
  assertSection(document, 'rules', sections.join('\n\n'));
});
