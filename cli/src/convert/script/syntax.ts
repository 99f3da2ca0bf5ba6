// A shell script as data: the part of the language that waits and downloads are written in, and nothing else.

/** Why a container is left alone: what is not known for sure, and where in the script or words it stands. */
export class Unsure extends Error {
  /** In the script; undefined where it is about the whole. */
  readonly offset: number | undefined;

  constructor(why: string, offset?: number) {
    super(why);
    this.name = 'Unsure';
    this.offset = offset;
  }
}

export type Part =
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  /** `$NAME`, `${NAME}`, and with a default: `${NAME:-x}`, `${NAME-x}`. */
  | {
      readonly kind: 'variable';
      readonly name: string;
      readonly quoted: boolean;
      readonly preset?: { readonly word: Word; readonly forEmpty: boolean };
    }
  /** `$(…)` or backquotes. */
  | { readonly kind: 'command'; readonly list: List; readonly quoted: boolean }
  /** `$((…))`, as it is written. */
  | { readonly kind: 'arithmetic'; readonly text: string };

export interface Word {
  readonly parts: readonly Part[];
  readonly offset: number;
}

export interface Redirection {
  /** `>`, `>>`, `<`, `<>`, `>&`, `<&`, `&>`. */
  readonly operator: string;
  /** The descriptor that stands before the operator. */
  readonly descriptor: string;
  readonly target: Word;
}

export type Command =
  | {
      readonly kind: 'simple';
      readonly assignments: readonly { readonly name: string; readonly value: Word }[];
      readonly words: readonly Word[];
    }
  | { readonly kind: 'loop'; readonly until: boolean; readonly condition: List; readonly body: List }
  | { readonly kind: 'for'; readonly name: string; readonly words: readonly Word[]; readonly body: List }
  /** `for ((i=0; i<9; i++))` */
  | { readonly kind: 'count'; readonly header: readonly [string, string, string]; readonly body: List }
  | {
      readonly kind: 'if';
      readonly branches: readonly { readonly condition: List; readonly body: List }[];
      readonly otherwise: List | undefined;
    }
  | { readonly kind: 'group'; readonly body: List; readonly subshell: boolean }
  /** `[[ … ]]`, its words in order. */
  | { readonly kind: 'test'; readonly words: readonly Word[] }
  /** `((…))`, as it is written. */
  | { readonly kind: 'arithmetic'; readonly text: string };

/** A command with what goes where. */
export interface Placed {
  readonly command: Command;
  readonly redirections: readonly Redirection[];
  readonly offset: number;
}

export interface Pipeline {
  readonly negated: boolean;
  readonly commands: readonly Placed[];
  readonly offset: number;
}

/** Pipelines that `&&` and `||` join; the operator stands before its pipeline. */
export interface AndOr {
  readonly first: Pipeline;
  readonly rest: readonly { readonly operator: '&&' | '||'; readonly pipeline: Pipeline }[];
}

export type List = readonly AndOr[];
