// What `greenroom explain` does: files → stories → text or a picture on out.
import type { Call } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { storiesHtml } from '../explain/html.ts';
import { storyMermaid } from '../explain/mermaid.ts';
import { tellStory } from '../explain/story.ts';
import { storySvg } from '../explain/svg.ts';
import { storyText } from '../explain/text.ts';
import { Fault } from '../fault.ts';
import { createStyle } from '../rehearse/report/style.ts';
import { resolveHelperImage } from '../settings.ts';
import { isHelperImage, parseData, readDurationFlag, readInputs, selectWorkloads, someOf } from './workload-inputs.ts';

export interface ExplainArguments {
  readonly inputs: readonly string[];
  readonly output: 'text' | 'html' | 'svg' | 'mermaid';
  readonly only: string | undefined;
  readonly namespace: string;
  readonly 'max-restart-period': string;
  readonly 'helper-image': string | undefined;
}

/** Explains what the arguments name, and answers the exit code. */
export async function runExplain(args: ExplainArguments, shell: Call['shell']): Promise<number> {
  const { env, folder, version, streams } = shell;
  const image = await resolveHelperImage({ flag: args['helper-image'], env, folder, version });
  const maxRestartPeriodMs = readDurationFlag('explain', 'max-restart-period', args['max-restart-period']);
  const objects = await readInputs(args.inputs, shell);
  const workloads = selectWorkloads(objects, args.namespace, args.only);
  const isPicture = args.output === 'svg' || args.output === 'mermaid';
  if (isPicture && workloads.length > 1) {
    const names = workloads.map(({ kind, name }) => `${kind}/${name}`.toLowerCase());
    throw new Fault('usage', `explain: a picture shows one workload, and there are ${workloads.length}`, {
      cure: `choose one of them by --only: ${someOf(names)}; or -o html, which has room for all`,
    });
  }
  const { out } = streams;
  const style = createStyle({ colours: out.colours, columns: out.columns, env });
  const stories = workloads.map((workload) =>
    tellStory(workload, objects, (container) => isHelperImage(container, image), parseData, maxRestartPeriodMs),
  );
  if (args.output === 'html') {
    out.write(storiesHtml(stories));
    return exitCodes.success.code;
  }
  const drawn = stories.map((story) => {
    if (args.output === 'mermaid') return storyMermaid(story);
    return args.output === 'svg' ? storySvg(story) : storyText(story, style);
  });
  out.write(drawn.join('\n'));
  return exitCodes.success.code;
}
