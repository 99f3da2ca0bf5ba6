// The world that a script is tried in: variables, a clock that only sleep moves, and asks that succeed or fail as told.
import { type Ask, type FetchAsk, namesIn, unknownMark } from '../ask.ts';
import type { Variables } from './arithmetic.ts';
import { type List, type Placed, Unsure } from './syntax.ts';

/** Thrown where the script would go on for ever. */
export class Endless extends Error {}
export class Exit extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}
/** `break` and `continue`. */
export class Leave extends Error {
  readonly again: boolean;
  constructor(again: boolean) {
    super(again ? 'continue' : 'break');
    this.again = again;
  }
}
/** A limit of `timeout` around some commands. */
export interface Frame {
  readonly startS: number;
  readonly limitS: number;
  /** Bounds one attempt, not a loop. */
  readonly attempt: boolean;
}
export class TimedOut extends Error {
  readonly frame: Frame;
  constructor(frame: Frame) {
    super('timed out');
    this.frame = frame;
  }
}

/** An ask as it was made: the same one of the same place has the same key in every world. */
export interface Act {
  readonly key: string;
  readonly ask: Ask;
  readonly frames: readonly Frame[];
  readonly offset: number | undefined;
  /** How long the script pauses once it is ready. */
  pauseS: number;
  /** What is done to a file that was fetched. */
  readonly file: FileActs;
}

export interface FileActs {
  mode?: string;
  sha256?: string;
  unpack?: { readonly folder: string; readonly strip: number };
  removed?: boolean;
}

/** Which ask fails, and how often before it succeeds. */
export interface Failing {
  readonly key: string;
  readonly times: number;
}

/** What the container gives its process: values, or references that the kubelet fills in. */
export type Environment = ReadonlyMap<string, string>;

/** Where a process runs. */
export interface Around {
  /** The working folder, where it is known. */
  readonly folder?: string | undefined;
  /** The host that a client asks that names none. */
  readonly self?: string | undefined;
}

/** Scripts that are parsed, and the numbers of the commands that ask. */
export interface Shared {
  readonly scripts: Map<string, List>;
  readonly numbers: Map<Placed, number>;
}

// variables that change how words are split, and which programs run
const governing = new Set(['IFS', 'PATH', 'ENV', 'BASH_ENV', 'LD_PRELOAD', 'HOSTALIASES']);

// more than the longest counter that makes sense, and little time for us
const mostCommands = 50_000;

export class World implements Variables {
  readonly environment: Environment;
  readonly acts: Act[] = [];
  readonly frames: Frame[] = [];
  readonly folders: string[] = [];
  /** Variables that a test found not to be empty, without knowing what they hold. */
  readonly trusted = new Set<string>();
  elapsedS = 0;
  asked = 0;
  readsTime = false;
  folder: string | undefined;
  readonly self: string | undefined;
  /** Loops that are under way, and how many asks there were when each began. */
  readonly loops: number[] = [];
  #variables = new Map<string, string>();
  #commands = 0;
  #failures = 0;
  readonly #failing: Failing | undefined;
  readonly #failed: Ask[] = [];
  readonly #scripts: Map<string, List>;
  readonly #numbers: Map<Placed, number>;

  /** @param shared what the worlds of one container share */
  constructor(environment: Environment, around: Around, shared: Shared, failing?: Failing) {
    this.environment = environment;
    this.folder = around.folder;
    this.self = around.self;
    this.#scripts = shared.scripts;
    this.#numbers = shared.numbers;
    this.#failing = failing;
  }

  get(name: string): string | undefined {
    if (name === 'SECONDS' && !this.#variables.has(name)) {
      this.readsTime = true;
      return String(Math.floor(this.elapsedS));
    }
    return this.#variables.get(name) ?? this.environment.get(name);
  }

  set(name: string, value: string): void {
    if (governing.has(name)) throw new Unsure(`${name} is set, which changes what the rest means`);
    this.#variables.set(name, value);
  }

  /** The value of a variable that must have one. */
  need(name: string): string {
    const value = this.get(name);
    if (value !== undefined) return value;
    throw new Unsure(`$${name} is not given in this container's env`);
  }

  /** Runs with variables of its own: a subshell, or with none of the script's: another shell. */
  apart<T>(keep: boolean, work: () => T): T {
    const before = this.#variables;
    const folder = this.folder;
    this.#variables = new Map(keep ? before : []);
    try {
      return work();
    } finally {
      this.#variables = before;
      this.folder = folder;
    }
  }

  count(): void {
    this.#commands++;
    if (this.#commands > mostCommands) throw new Unsure('it runs too long to be followed');
  }

  /** What must differ from one turn of a loop to the next, or it never ends. */
  state(): string | undefined {
    if (this.readsTime) return undefined;
    const times = this.#failing?.times ?? 0;
    const failures = times === Number.POSITIVE_INFINITY ? 0 : Math.min(this.#failures, times);
    return JSON.stringify([[...this.#variables], this.acts.length, failures]);
  }

  sleep(seconds: number): void {
    const last = this.acts.at(-1);
    const begun = this.loops.at(-1);
    const between = begun !== undefined && begun === this.acts.length;
    if (!between && this.#failing === undefined) {
      if (last === undefined) throw new Unsure(`a fixed pause of ${seconds} s, which no step makes`);
      last.pauseS += seconds;
    }
    this.pass(seconds);
  }

  pass(seconds: number): void {
    this.elapsedS += seconds;
    const over = this.frames.find(({ startS, limitS }) => this.elapsedS > startS + limitS);
    if (over === undefined) return;
    this.elapsedS = over.startS + over.limitS;
    throw new TimedOut(over);
  }

  /** Asks, and answers whether it succeeded. */
  ask(ask: Ask, at: Placed | undefined): boolean {
    this.count();
    const number =
      at === undefined ? -1 : (this.#numbers.get(at) ?? this.#numbers.set(at, this.#numbers.size).size - 1);
    const attempt = this.frames.findLast((frame) => frame.attempt);
    const own = attempt !== undefined && ask.lastsS === 0 ? limited(ask, attempt.limitS) : ask;
    const key = `${number} ${JSON.stringify(own)}`;
    if (JSON.stringify(own).includes(unknownMark)) throw new Unsure('it asks for what is not known before it runs');
    const failing = this.#failing?.key === key && this.#failures < this.#failing.times;
    if (this.#failing?.key === key) this.asked++;
    if (failing) {
      this.#failures++;
      this.#failed.push(own);
      if (ask.lastsS === Number.POSITIVE_INFINITY) {
        if (this.#failing?.times === Number.POSITIVE_INFINITY) throw new Endless();
      } else this.pass(ask.lastsS);
      return false;
    }
    if (this.acts.some((act) => act.key === key)) {
      // beside another that fails, as in `until A && B`
      if (this.#failing !== undefined && this.#failing.key !== key) return true;
      throw new Unsure('it asks the same again once it has succeeded', at?.offset);
    }
    const frames = this.frames.filter((frame) => !frame.attempt || ask.lastsS > 0);
    this.acts.push({ key, ask: own, frames, offset: at?.offset, pauseS: 0, file: {} });
    return true;
  }

  /** The fetch of this world that brought a file. */
  fetched(path: string): { readonly ask: FetchAsk; readonly file: FileActs } | undefined {
    for (const { ask, file } of this.acts) if (ask.kind === 'fetch' && ask.destination === path) return { ask, file };
    return undefined;
  }

  /** Whether a fetch of this file failed in this world. */
  failedFetch(path: string): boolean {
    return this.#failed.some((ask) => ask.kind === 'fetch' && ask.destination === path);
  }

  /** A script is parsed once, so that its commands are the same in every world. */
  parsed(text: string, parse: (text: string) => List): List {
    const known = this.#scripts.get(text) ?? parse(text);
    this.#scripts.set(text, known);
    return known;
  }

  /** Trusts a variable that is not known not to be empty. */
  trust(value: string): void {
    for (const name of namesIn(value)) this.trusted.add(name);
  }
}

function limited(ask: Ask, limitS: number): Ask {
  const option = ask.kind === 'wait' ? '--timeout' : '--deadline';
  const at = ask.options.indexOf(option);
  const word = Number.isInteger(limitS) ? `${limitS}s` : `${Math.round(limitS * 1000)}ms`;
  if (at === -1) return { ...ask, options: [...ask.options, option, word] };
  const given = /^(\d+)s$/.exec(ask.options[at + 1] ?? '');
  if (given !== null && Number(given[1]) <= limitS) return ask;
  return { ...ask, options: ask.options.with(at + 1, word) };
}
