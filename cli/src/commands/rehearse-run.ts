// What `greenroom rehearse` does: files → workloads, one after the other; timeline on err, data on out.
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Call } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { Fault } from '../fault.ts';
import type { ManifestObject } from '../rehearse/pod/documents.ts';
import type { Workload } from '../rehearse/pod/workload.ts';
import { killEveryChild } from '../rehearse/processes/child.ts';
import { type RehearsalSettings, rehearse } from '../rehearse/rehearsal.ts';
import type { RehearsalEvent } from '../rehearse/report/events.ts';
import type { Outcome } from '../rehearse/report/outcome.ts';
import { drawPicture } from '../rehearse/report/picture.ts';
import { createStyle, type Style } from '../rehearse/report/style.ts';
import { createTimeline } from '../rehearse/report/timeline.ts';
import { heading, limits, verdict } from '../rehearse/report/verdict.ts';
import { resolveHelperImage } from '../settings.ts';
import { checkNames, type RehearseArguments, readRehearsalSettings } from './rehearse-settings.ts';
import { readInputs, selectWorkloads } from './workload-inputs.ts';

/** Rehearses what the arguments name, and answers the exit code. */
export async function runRehearsals(args: RehearseArguments, shell: Call['shell']): Promise<number> {
  const { env, folder: here, version } = shell;
  const image = await resolveHelperImage({ flag: args['helper-image'], env, folder: here, version });
  const settings = readRehearsalSettings(args, image, shell);
  const objects = await readInputs(args.inputs, shell);
  const workloads = selectWorkloads(objects, args.namespace, args.only);
  checkNames(workloads, settings);

  const { err, out } = shell.streams;
  const style = createStyle({ colours: err.colours, columns: err.columns, env: shell.env });
  const say = (text: string) => {
    if (args.quiet !== true) err.write(text);
  };
  const folder = await makeFolder(args.keep, shell.folder);
  const signal = shell.stopSignal();
  const rehearsals: { workload: Workload; outcome: Outcome; events: RehearsalEvent[] }[] = [];
  try {
    for (const workload of workloads) {
      if (signal.aborted) break;
      const place = workloads.length === 1 ? folder : join(folder, `${workload.kind}-${workload.name}`.toLowerCase());
      rehearsals.push(await perform(workload, objects, settings, place, style, say, signal));
    }
  } finally {
    killEveryChild();
    if (args.keep === undefined) await rm(folder, { recursive: true, force: true });
  }
  if (args.keep !== undefined) say(`kept in ${args.keep}\n`);
  if (signal.aborted) return signal.reason as number;
  if (args.output === 'json') {
    const data = rehearsals.map(({ workload: { kind, name, namespace }, outcome, events }) => {
      return { kind, name, namespace, ...outcome, events };
    });
    // every key is always there
    const whole = (_: string, value: unknown) => (value === undefined ? null : value);
    out.write(`${JSON.stringify({ rehearsals: data }, whole, 2)}\n`);
  }
  const allStarted = rehearsals.every(({ outcome }) => outcome.started);
  return allStarted ? exitCodes.success.code : exitCodes.different.code;
}

async function perform(
  workload: Workload,
  objects: readonly ManifestObject[],
  settings: RehearsalSettings,
  folder: string,
  style: Style,
  say: (text: string) => void,
  signal: AbortSignal,
) {
  const roles = new Map(workload.pod.containers.map(({ name, rules: { role } }) => [name, role]));
  const standIns = new Set(settings.standIns.map(({ container }) => container));
  const timeline = createTimeline({ roles, style });
  const events: RehearsalEvent[] = [];
  let hasBegun = false;
  const outcome = await rehearse(
    workload,
    objects,
    settings,
    folder,
    (event) => {
      if (!hasBegun) {
        say(`${style.paint('bold', heading(workload))}\n`);
        for (const note of limits(workload, standIns, new Set(settings.volumes.keys())))
          say(`  ${style.signs.note} ${note}\n`);
      }
      hasBegun = true;
      events.push(event);
      say(timeline(event));
    },
    signal,
  );
  const colour = outcome.started ? 'green' : 'red';
  const sign = outcome.started ? style.signs.done : style.signs.failed;
  say(`\n${drawPicture(events, outcome, roles, style)}\n`);
  say(`${style.paint(colour, `${sign} ${verdict(workload, outcome, events)}`)}\n\n`);
  return { workload, outcome, events };
}

async function makeFolder(keep: string | undefined, base: string): Promise<string> {
  if (keep === undefined) return mkdtemp(join(tmpdir(), 'greenroom-rehearsal-'));
  const folder = resolve(base, keep);
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) throw new Fault('usage', `--keep ${keep}: the folder is not empty`);
  return folder;
}
