/** What kubeconfig files say, read by client-node. Imported only where there is one: client-node is large. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { KubeConfig, type User } from '@kubernetes/client-node';
import { parse } from 'yaml';
import { rootCause } from '../net/cause.ts';

/** Several files are read as one; of two entries of the same name the first counts. A missing file is an error if it is the only one. */
export async function loadKubeconfig(files: readonly string[]): Promise<KubeConfig> {
  const merged = new KubeConfig();
  for (const file of files) {
    const config = new KubeConfig();
    try {
      config.loadFromFile(file);
      config.users = withTokenFiles(config.users, parse(await readFile(file, 'utf8')), path.dirname(file));
    } catch (error) {
      if (files.length > 1 && isMissing(error)) continue;
      throw unreadable(file, error);
    }
    merged.clusters = firstOfEachName(merged.clusters, config.clusters);
    merged.users = firstOfEachName(merged.users, config.users);
    merged.contexts = firstOfEachName(merged.contexts, config.contexts);
    if (!merged.currentContext) merged.currentContext = config.currentContext;
  }
  return merged;
}

/**
 * Adds what client-node 2.0 does not know by the name that kubectl has for it: `tokenFile`, a path beside the kubeconfig, which counts more
 * than `token`.
 */
function withTokenFiles(users: readonly User[], content: unknown, directory: string): User[] {
  const { users: listed } = content as { users?: { name?: unknown; user?: { tokenFile?: unknown } | null }[] };
  return users.map(({ token, ...user }) => {
    const { tokenFile } = listed?.find(({ name }) => name === user.name)?.user ?? {};
    if (typeof tokenFile !== 'string') return token === undefined ? user : { ...user, token };
    return { ...user, authProvider: { name: 'tokenFile', config: { tokenFile: path.resolve(directory, tokenFile) } } };
  });
}

/** The cause is kept, but that of a mistake in YAML: it quotes. */
function unreadable(file: string, error: unknown): Error {
  const next = 'expected a kubeconfig; name another file, or mend this one';
  const mistake = mistakeIn(error);
  if (mistake !== undefined) return new Error(`kubeconfig ${file}: is not YAML${mistake}; ${next}`);
  return new Error(`kubeconfig ${file}: cannot be read: ${rootCause(error)}; ${next}`, { cause: error });
}

/** Where the YAML is wrong. What is wrong there is not said: parsers quote the lines around it, and those may hold a password. */
function mistakeIn(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  // client-node reads with js-yaml, which counts from 0, and we with yaml.
  const { mark, linePos } = error as {
    mark?: { line: number; column: number };
    linePos?: { line: number; col: number }[];
  };
  if (mark !== undefined) return ` at line ${mark.line + 1}, column ${mark.column + 1}`;
  const [begin] = linePos ?? [];
  if (begin !== undefined) return ` at line ${begin.line}, column ${begin.col}`;
  return error.name.startsWith('YAML') ? ', or empty' : undefined;
}

function firstOfEachName<T extends { readonly name: string }>(first: readonly T[], second: readonly T[]): T[] {
  const names = new Set(first.map(({ name }) => name));
  return [...first, ...second.filter(({ name }) => !names.has(name))];
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
