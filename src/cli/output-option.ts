/** The flag `-o`, by which every command that shows something says it to people or to programs. */

import { Option } from 'commander';
import type { Output } from './io.ts';

/** What programs read: JSON with an object a line, or YAML with a document each. */
export type StructuredFormat = 'json' | 'yaml';

/** The flag. The first format is the default. */
export function outputOption(formats: readonly [string, ...string[]], description: string): Option {
  return new Option('-o, --output <format>', description).choices(formats).default(formats[0]);
}

/** Writes each row as programs read it. Rows may come one after the other: the whole of a stream can be read, and each part of it. */
export async function writeRows(output: Output, rows: readonly object[], format: StructuredFormat): Promise<void> {
  const texts = await textsOf(rows, format);
  if (texts.length > 0) output.write(texts.join(''));
}

async function textsOf(rows: readonly object[], format: StructuredFormat): Promise<string[]> {
  if (format === 'json') return rows.map((row) => `${JSON.stringify(row)}\n`);
  // Loaded only now: not every command needs it otherwise.
  const { yamlOf } = await import('./manifest-text.ts');
  // As JSON has it, which leaves out what is undefined.
  return rows.map((row) => `---\n${yamlOf(JSON.parse(JSON.stringify(row)))}`);
}
