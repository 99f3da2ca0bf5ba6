// What the rooms may ask of chance.

export interface Random {
  /** A number from 0 to below 1. */
  next(): number;
}
