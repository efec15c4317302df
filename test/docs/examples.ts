/** The examples of the documentation: cdk8s apps, each of which a user could have. */

import { globSync, readFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ROOT } from './page.ts';

export const EXAMPLES = 'docs/examples';
/** What the apps write, committed. */
export const WRITTEN = join(ROOT, EXAMPLES, 'out');

/** The names of all apps. */
export function appNames(): string[] {
  const files = globSync('*.ts', { cwd: join(ROOT, EXAMPLES) });
  return files.filter((file) => !file.endsWith('.test.ts')).map((file) => basename(file, '.ts'));
}

/** The lines of an app that are neither imports, comments nor empty. */
export function statementLines(name: string): number {
  const text = readFileSync(join(ROOT, EXAMPLES, `${name}.ts`), 'utf8');
  return text.split('\n').filter((line) => line !== '' && !/^\s*(import|\/\/|\/\*)/.test(line)).length;
}

/** Copies the examples, and what `cdk8s import` makes of the CRD, into a project of a user. */
export async function copyExamples(project: string): Promise<void> {
  await cp(join(ROOT, EXAMPLES), join(project, EXAMPLES), {
    recursive: true,
    filter: (path) => basename(path) !== 'tsconfig.json', // That of this repository.
  });
  await cp(join(ROOT, 'imports'), join(project, 'imports'), { recursive: true });
}
