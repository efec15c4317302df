/** How a file is changed under the eyes of a program that reads it: as a whole, at one moment. */
import { renameSync, writeFileSync } from 'node:fs';

/** Writes the text to a new file, which then takes the place of the old one. */
export function replaceFile(path: string, text: string): void {
  const next = `${path}.next`;
  writeFileSync(next, text);
  renameSync(next, path);
}
