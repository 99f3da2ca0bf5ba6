// One attempt of one container as a real process: the helper itself, or what stands in for another image.
import { readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../fault.ts';
import type { PodNetwork } from './cluster/network.ts';
import { type MountedFolder, showAsInContainer } from './pod/mounts.ts';
import type { Container } from './pod/pod-spec.ts';
import type { Values } from './pod/values.ts';
import { type Environment, environmentOf, expand } from './pod/variables.ts';
import type { LaidVolumes } from './pod/volumes-on-disk.ts';
import { startChild } from './processes/child.ts';
import { helperWords, moveCommand } from './processes/helper-command.ts';
import { readHelperLine } from './processes/helper-line.ts';
import { fillIn, type StandIn } from './processes/stand-in.ts';
import type { NewEvent } from './report/events.ts';

export interface ContainerWorld {
  readonly volumes: LaidVolumes;
  readonly values: Values;
  readonly network: PodNetwork;
  readonly serviceVariables: Environment;
  /** node and the helper's program. */
  readonly helperProgram: readonly [program: string, script: string];
  /** Reads YAML or JSON; undefined where it is neither. */
  readonly parseData: (text: string) => unknown;
  /** For everything that belongs to this pod alone. */
  readonly folder: string;
  /** The environment of this program and its current folder, for stand-ins. */
  readonly userEnv: Readonly<Record<string, string | undefined>>;
  readonly userFolder: string;
  readonly emit: (event: NewEvent) => void;
}

export interface RunningContainer {
  /** Resolves with the exit code. Rejects with a Fault where it could not be prepared. */
  readonly ended: Promise<number>;
  stop(graceMs: number): void;
}

/** What a process is started with. */
interface Prepared {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  readonly shown: string;
  readonly mounts: readonly MountedFolder[];
  readonly refusal: { readonly exitCode: number; readonly message: string } | undefined;
}

// the kubelet's own limits for terminationMessagePolicy: FallbackToLogsOnError
const fallbackLines = 80;
const fallbackBytes = 2_048;

// of one attempt; a program that floods its output shall not flood the report
const mostLines = 1_000;
const longestLine = 16_000;

/** @param onRunning told when the process runs, if it comes to that */
export function runContainer(
  container: Container,
  attempt: number,
  standIn: StandIn | undefined,
  world: ContainerWorld,
  onRunning: () => void,
): RunningContainer {
  const { name } = container;
  const { emit } = world;
  const terminationFile = join(world.folder, name, `termination-log-${attempt}`);
  let stop: ((graceMs: number) => void) | undefined;
  let stopped = false;

  const run = async (): Promise<number> => {
    const prepared = await prepareContainer(container, standIn, world, terminationFile);
    const show = (text: string) => showAsInContainer(text, prepared.mounts, rootFolderOf(container, world));
    await rm(terminationFile, { force: true });
    await writeFile(terminationFile, '');
    const as = standIn === undefined ? 'helper' : 'stand-in';
    emit({ kind: 'started', container: name, attempt, as, command: prepared.shown });
    const tail: string[] = [];
    let lines = 0;
    const onLine = (line: string) => {
      const shown = show(line.slice(0, longestLine));
      tail.push(shown);
      if (tail.length > fallbackLines) tail.shift();
      if (++lines === mostLines) {
        emit({ kind: 'note', message: `${name} writes on and on; no more of it is shown`, cure: undefined });
      }
      if (lines >= mostLines) return;
      emit(standIn === undefined ? readHelperLine(name, shown) : { kind: 'output', container: name, line: shown });
    };
    let end: { readonly exitCode: number; readonly fault: string | undefined } = { exitCode: 143, fault: undefined };
    if (prepared.refusal !== undefined) end = { exitCode: prepared.refusal.exitCode, fault: prepared.refusal.message };
    else if (!stopped) {
      const child = startChild({ ...prepared, onLine });
      stop = child.stop;
      onRunning();
      end = await child.ended;
    }
    const written = await readFile(terminationFile, 'utf8').catch(() => '');
    const fromLog = container.fallsBackToLogs && end.exitCode !== 0 ? tail.join('\n').slice(-fallbackBytes) : '';
    emit({
      kind: 'exited',
      container: name,
      attempt,
      exitCode: end.exitCode,
      message: show(written || end.fault || fromLog),
    });
    return end.exitCode;
  };
  return {
    ended: run(),
    stop(graceMs) {
      stopped = true;
      stop?.(graceMs);
    },
  };
}

/**
 * Everything that a container needs before it can run. A rehearsal asks for it once before it starts anything.
 * @throws Fault
 */
export async function prepareContainer(
  container: Container,
  standIn: StandIn | undefined,
  world: ContainerWorld,
  terminationFile: string,
): Promise<Prepared> {
  const rootFolder = rootFolderOf(container, world);
  await mkdir(rootFolder, { recursive: true });
  const mounts = await world.volumes.mountsOf(container);
  const env = environmentOf(container, world.values, world.serviceVariables);
  if (standIn !== undefined) {
    return {
      program: '/bin/sh',
      args: ['-c', fillIn(standIn, mounts, world.network.addressOf)],
      // it is a program of this machine, and finds its tools as such
      env: { ...world.userEnv, ...env, TERMINATION_LOG: terminationFile },
      folder: world.userFolder,
      shown: standIn.line,
      mounts,
      refusal: undefined,
    };
  }
  const words = helperWords(container).map((word) => expand(word, env));
  const moved = moveCommand(words, env, {
    mounts,
    rootFolder,
    terminationFile,
    readPlan,
    parseData: world.parseData,
  });
  const { name } = container;
  const [apiTarget] = moved.apiTargets;
  if (apiTarget !== undefined) {
    throw new Fault('input', `container ${name}: a rehearsal has no API server to ask for ${apiTarget}`, {
      cure: `say what takes its place: --stand-in ${name}='COMMAND', or --stand-in ${name}=true to count it as done`,
    });
  }
  const [program, script] = world.helperProgram;
  return {
    program,
    args: [script, ...moved.argv],
    env: { ...moved.env, ...world.network.env },
    folder: rootFolder,
    shown: moved.description,
    mounts,
    refusal: moved.refusal,
  };
}

function rootFolderOf({ name }: Container, { folder }: ContainerWorld): string {
  return join(folder, name, 'root');
}

function readPlan(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
