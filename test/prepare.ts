// Builds the programs of others that tests want beside ours: `node test/prepare.ts [NAME...]`, all by default. The suite
// does so itself where CI is set, before its tests and one at a time. What cannot be built is said; its tests are left out.
import { buildApiSchemas } from './support/api-schemas.ts';
import { buildFerretdb } from './support/ferretdb.ts';
import { buildGoTool, type GoTool, goTools } from './support/go-tool.ts';

const builders: Readonly<Record<string, () => unknown>> = {
  ...Object.fromEntries(Object.keys(goTools).map((name) => [name, () => buildGoTool(name as GoTool)])),
  ferretdb: buildFerretdb,
  'kubernetes-schemas': buildApiSchemas,
};

const say = (line: string) => process.stderr.write(`${line}\n`);

/** @returns the names of what could not be built */
export async function prepare(names: readonly string[] = Object.keys(builders)): Promise<string[]> {
  const failed: string[] = [];
  for (const name of names) {
    const startMs = performance.now();
    try {
      await builders[name]?.();
      const seconds = Math.round((performance.now() - startMs) / 1_000);
      if (seconds > 0) say(`${name} is built (${seconds} s).`);
    } catch (error) {
      say(`${name} could not be built: ${(error as Error).message}`);
      failed.push(name);
    }
  }
  return failed;
}

if (import.meta.main) {
  const names = process.argv.slice(2);
  const unknown = names.filter((name) => builders[name] === undefined);
  if (unknown.length > 0) {
    say(`${unknown.join(', ')}: there are ${Object.keys(builders).join(', ')}`);
    process.exitCode = 2;
  } else {
    const failed = await prepare(names.length > 0 ? names : undefined);
    process.exitCode = failed.length > 0 ? 1 : 0;
  }
}
