// The parser of yaml is made of generators, so that a text could be read as it comes: several objects a token, made
// and thrown away. Ours is there as a whole, and so in the bundles they are plain methods that collect what they would
// have yielded: the parser takes a quarter of the time. It is yaml's build for browsers: the one for Node asks the
// environment at every token whether to log it, and is in CommonJS, of which nothing unused can be left out.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** Where the build for browsers lies, from the root of the repository. */
export const yamlFolder = 'node_modules/yaml/browser/dist';

/** The files of it whose generators become methods. */
export const generatorFiles = ['parse/lexer.js', 'parse/parser.js'];

/**
 * The text of such a file without its generators. What is called from outside gives all that was yielded meanwhile.
 * @throws Error where it is not written as it was
 */
export function withoutGenerators(text: string): string {
  const changed = text
    .replace(/\byield ([^*;][^;]*);/g, 'this.yielded.push($1);')
    .replaceAll('yield* ', '')
    .replace(/^ {4}\*(?=\w+\()/gm, '    ')
    .replace(
      /^ {4}(?:lex|parse)(?=\(source, incomplete = false\) \{$)/m,
      '    $&(...given) { this.yielded = []; this.run(...given); return this.yielded; }\n    run',
    );
  if (/^[^/]*\*\w+\(|\byield /m.test(changed) || !changed.includes('    run('))
    throw new Error('yaml is written otherwise');
  return changed;
}

export const yamlAtOnce: Plugin = {
  name: 'yaml-at-once',
  setup: ({ initialOptions: { absWorkingDir = '' }, onResolve, onLoad }) => {
    const folder = join(absWorkingDir, yamlFolder);
    onResolve({ filter: /^yaml$/ }, () => ({ path: join(folder, 'index.js'), sideEffects: false }));
    onLoad({ filter: /[\\/]yaml[\\/]browser[\\/]dist[\\/]parse[\\/](?:lexer|parser)\.js$/ }, ({ path }) => ({
      contents: withoutGenerators(readFileSync(path, 'utf8')),
    }));
  },
};
