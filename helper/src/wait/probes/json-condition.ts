// A condition on a JSON value, as in a filter of JSONPath (RFC 9535 §2.3.5): `@.status == "green"`. Only a wait that
// has one loads the library.
import { jsonpath } from 'json-p3';
import { Failure } from '../../core/failure.ts';

type JsonValue = Parameters<typeof jsonpath.query>[1];

/** Whether a value fulfils a condition. */
export type JsonCondition = (value: unknown) => boolean;

/**
 * Reads a condition, in which both @ and $ are the whole value.
 * @param option names it for messages, such as `--expect-json`
 * @throws Failure USAGE where it is none
 */
export function parseJsonCondition(text: string, option: string): JsonCondition {
  const { FilterSelector } = jsonpath.selectors;
  const selector = read(text, option).segments[0]?.selectors[0];
  if (!(selector instanceof FilterSelector)) throw new Failure('BUG', 'a filter that is none');
  return (value) => {
    const json = value as JsonValue;
    const { environment, expression } = selector;
    return expression.evaluate({ environment, currentValue: json, rootValue: json });
  };
}

function read(text: string, option: string): jsonpath.JSONPathQuery {
  try {
    const query = jsonpath.compile(`$[?${text}]`);
    // `@.a], [0` would be two selectors
    if (query.segments.length === 1 && query.segments[0]?.selectors.length === 1) return query;
    throw new Error('it is more than one condition');
  } catch (error) {
    const words = (error as Error).message;
    throw new Failure('USAGE', `${option}: ${JSON.stringify(text)} is no condition of JSONPath: ${words}`, {
      hint: 'Write it as in a filter, with @ for the whole: @.status == "green", or count(@.nodes[?@.ready]) >= 3',
    });
  }
}
