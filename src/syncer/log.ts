/** What the syncer tells its operators: one line an event, a constant message and fields. */

import { printable } from '../api/printable.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export const LOG_FORMATS = ['json', 'text'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** What varies. The names of the line's own parts are taken. */
type Fields = Readonly<Record<string, string | number | boolean | undefined>> &
  Readonly<Partial<Record<'time' | 'level' | 'message', never>>>;

/** One method a level. Messages are constant, so that they can be counted; what varies is in the fields. */
export type Log = Readonly<Record<LogLevel, (message: string, fields?: Fields) => void>>;

export interface LogOptions {
  /** Less important lines are left out. */
  readonly level: LogLevel;
  /** `json`: an object a line, for machines. `text`: for people. */
  readonly format: LogFormat;
  readonly write: (line: string) => void;
  readonly now: () => Date;
}

/** A log that writes lines. */
export function createLog({ level, format, write, now }: LogOptions): Log {
  const least = LOG_LEVELS.indexOf(level);
  const line = format === 'json' ? jsonLine : textLine;
  const at =
    (of: LogLevel) =>
    (message: string, fields: Fields = {}) => {
      if (LOG_LEVELS.indexOf(of) >= least) write(line(now().toISOString(), of, message, fields));
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** Readers of logs show what they are given, also what a terminal would obey. */
function jsonLine(time: string, level: LogLevel, message: string, fields: Fields): string {
  return `${printable(JSON.stringify({ time, level, message, ...fields }))}\n`;
}

/** Values are quoted as JSON where they are more than a word, so that one of several lines stays one line. */
function textLine(time: string, level: LogLevel, message: string, fields: Fields): string {
  const shown = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${/^[\w./:-]+$/.test(String(value)) ? String(value) : JSON.stringify(value)}`);
  return `${printable([time.slice(11, 19), level.padEnd(5), message, ...shown].join(' '))}\n`;
}
