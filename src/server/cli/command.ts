/** What every administration command is made of. */
import type { ParseArgsOptionsConfig } from 'node:util';
import type { Config } from '../config.ts';

/** Where a command reads and writes; tests pass their own. */
export type Terminal = {
  /** The answer itself, on standard output, so that scripts can use it. */
  say(text: string): void;
  /** What only people want to know, on standard error. */
  note(text: string): void;
  /** The first line of standard input, or what is typed at a prompt that shows nothing. */
  password(): Promise<string>;
  /** Whether a person looks at standard output. */
  interactive: boolean;
};

export type Given = {
  config: Config;
  terminal: Terminal;
  /** As many as the command has names for. */
  names: string[];
  options: Record<string, string | boolean | (string | boolean)[] | undefined>;
};

export type Command = {
  /** What follows the command's name, for the help. */
  usage: string;
  summary: string;
  /** How many names it takes. */
  names: number;
  options: ParseArgsOptionsConfig;
  run(given: Given): Promise<void>;
};

/** Ends a command; the message is a sentence or two that say what is wrong and what to do. */
export class AdminError extends Error {
  /** 1: it couldn't be done. 2: the command line wasn't understood. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The n-th name; the parser has counted them. */
export const nameAt = ({ names }: Given, index: number): string => names[index] ?? '';

/** An option with a value. */
export function textOption({ options }: Given, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}
