// YAML text → data. A file of its own because it is loaded only for a plan that JSON's parser does not take.
import { parse, YAMLParseError } from 'yaml';
import { Failure } from './core/failure.ts';

// aliases can make a small text stand for very much data
const mostAliases = 100;

/**
 * @param where what the text is called in messages
 * @throws Failure USAGE, with line and column
 */
export function parseYaml(text: string, where: string): unknown {
  try {
    // failsafe: every scalar stays the text that it is, so that no digest becomes a number and no mode loses its zero
    return parse(text, { schema: 'failsafe', maxAliasCount: mostAliases, logLevel: 'error' });
  } catch (error) {
    // the parser throws a ReferenceError for an unknown alias and for too many
    if (!(error instanceof YAMLParseError || error instanceof ReferenceError)) throw error;
    // without the line of the text that the parser shows below: a Secret may hold the plan
    throw new Failure('USAGE', `${where}: ${error.message.replace(/:?\n.*$/s, '')}`, { cause: error });
  }
}
