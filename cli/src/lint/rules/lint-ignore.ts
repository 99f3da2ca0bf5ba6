// Suppressions that say no reason, or name no rule. What finds them in the text is suppress.ts.
import type { Rule } from '../rule.ts';

export const lintIgnore: Rule = {
  id: 'lint-ignore',
  severity: 'error',
  reason:
    'A suppression without a reason cannot be judged by whoever reads it next, and one with a misspelt rule suppresses nothing. Neither is heeded.',
  cure: 'Write the rule, a colon and the reason: `# greenroom: lint-ignore image-tag: the registry has only latest`.',
  example: {
    bad: `  image: example.org/migrate # greenroom: lint-ignore image-tag`,
    good: `  image: example.org/migrate # greenroom: lint-ignore image-tag: the registry moves no tag`,
  },
  // nothing of an object: the walk over the text reports these
  *check() {},
};
