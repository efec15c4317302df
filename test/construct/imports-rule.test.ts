/** Who may import whom: the layout of the project (docs and design: arrows point at what is imported), checked over all of src/. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';

const src = join(import.meta.dirname, '../../src');

/** Folder of src/ -> the folders of src/ and the packages that it may import. */
const allowed: Readonly<Record<string, { readonly folders: readonly string[]; readonly packages: readonly string[] }>> =
  {
    api: { folders: [], packages: [] },
    net: { folders: [], packages: [] },
    construct: { folders: ['api'], packages: ['cdk8s', 'cdk8s-plus-27', 'constructs'] },
    scaling: { folders: ['api'], packages: [] },
    // The last two only when queries are signed for AWS.
    prometheus: {
      folders: ['net', 'scaling', 'api'],
      packages: ['undici', '@smithy/signature-v4', '@aws-sdk/credential-provider-node'],
    },
    kube: { folders: ['net'], packages: ['@kubernetes/client-node', 'undici', 'yaml'] },
    syncer: { folders: ['api', 'net', 'construct', 'scaling', 'prometheus', 'kube'], packages: ['prom-client'] },
    cli: {
      folders: ['api', 'net', 'construct', 'scaling', 'prometheus', 'kube', 'syncer'],
      packages: ['commander', 'yaml', 'cdk8s', 'csv-parse', 'diff'],
    },
    // index.ts, the public API, and main.ts, the cdk8s app.
    '.': { folders: ['api', 'construct'], packages: ['cdk8s'] },
  };
/** Node's own modules are for those who talk to the world; the pure folders get along without. */
const pure = ['api', 'net', 'construct', 'scaling', '.'];

interface SourceFile {
  /** `construct/render.ts`, with slashes. */
  readonly path: string;
  readonly folder: string;
  readonly lines: number;
  readonly imports: readonly string[];
  /** Properties of `process` that it reads or calls. */
  readonly processUses: readonly string[];
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.(ts|js)$/.test(path))
  .map(read);

function read(path: string): SourceFile {
  const text = readFileSync(join(src, path), 'utf8');
  const parsed = ts.createSourceFile(path, text, ts.ScriptTarget.Latest);
  const imports: string[] = [];
  const processUses: string[] = [];
  const visit = (node: ts.Node): void => {
    const from = importedFrom(node);
    if (from !== undefined) imports.push(from);
    if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'process') {
      processUses.push(node.name.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(parsed);
  const slashed = path.replaceAll(sep, '/');
  return {
    path: slashed,
    folder: dirname(slashed).split('/')[0] ?? '.',
    lines: text.split('\n').length - 1,
    imports,
    processUses,
  };
}

/** What the node imports: `import`, `export ... from`, `import()` and the `import('x').Y` of types. */
function importedFrom(node: ts.Node): string | undefined {
  let specifier: ts.Node | undefined;
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) specifier = node.moduleSpecifier;
  else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    specifier = node.arguments[0];
  else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) specifier = node.argument.literal;
  else return undefined;
  if (specifier === undefined) return undefined;
  return ts.isStringLiteralLike(specifier) ? specifier.text : 'something that is only known at run time';
}

/** The folder of src/ that an import leads to; undefined for packages. */
function folderOf({ path }: SourceFile, imported: string): string | undefined {
  if (!imported.startsWith('.')) return undefined;
  const target = relative(src, join(src, dirname(path), imported)).replaceAll(sep, '/');
  return target.includes('/') ? (target.split('/')[0] ?? '.') : '.';
}

/** `@scope/name` or `name` of `name/deep/path`. */
const packageOf = (imported: string) =>
  imported
    .split('/')
    .slice(0, imported.startsWith('@') ? 2 : 1)
    .join('/');

/** What each file imports, one by one. */
const edges = files.flatMap((file) =>
  file.imports.map((imported) => ({ file, imported, target: folderOf(file, imported) })),
);
const tell = (found: typeof edges) => found.map(({ file, imported }) => `${file.path} imports ${imported}`);

test('every folder of src/ has its place in the rule', () => {
  assert.deepEqual(
    [...new Set(files.map(({ folder }) => folder))].filter((folder) => !(folder in allowed)),
    [],
  );
  assert.ok(edges.length > 50, 'the imports were not found');
});

test('folders import only the folders that they may', () => {
  const wrong = edges.filter(
    ({ file: { folder }, target }) =>
      target !== undefined && target !== folder && !(allowed[folder]?.folders.includes(target) ?? false),
  );
  assert.deepEqual(tell(wrong), []);
});

test('folders import only the packages that they may', () => {
  const wrong = edges.filter(
    ({ file: { folder }, imported, target }) =>
      target === undefined &&
      !isBuiltin(imported) &&
      !(allowed[folder]?.packages.includes(packageOf(imported)) ?? false),
  );
  assert.deepEqual(tell(wrong), []);
});

test('pure folders import nothing of Node', () => {
  const wrong = edges.filter(({ file: { folder }, imported }) => pure.includes(folder) && isBuiltin(imported));
  assert.deepEqual(tell(wrong), []);
});

test('imports name files of the project by their whole name', () => {
  assert.deepEqual(
    tell(edges.filter(({ imported, target }) => target !== undefined && !/\.(ts|js)$/.test(imported))),
    [],
  );
});

test('there is no cycle among the folders', () => {
  const next = new Map<string, Set<string>>();
  for (const { file, target } of edges) {
    if (target === undefined || target === file.folder) continue;
    next.set(file.folder, (next.get(file.folder) ?? new Set()).add(target));
  }
  const cycleFrom = (folder: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(folder)) return [...path, folder];
    for (const target of next.get(folder) ?? []) {
      const cycle = cycleFrom(target, [...path, folder]);
      if (cycle !== undefined) return cycle;
    }
    return undefined;
  };
  for (const folder of next.keys()) assert.equal(cycleFrom(folder, [])?.join(' -> '), undefined);
});

test('only the command reads arguments and environment, and only the command exits', () => {
  const forbidden = ['argv', 'env', 'exit', 'exitCode', 'stdin', 'stdout', 'stderr', 'on', 'kill', 'chdir'];
  const wrong = files
    .filter(({ folder }) => folder !== 'cli')
    .flatMap(({ path, processUses }) =>
      processUses.filter((use) => forbidden.includes(use)).map((use) => `${path} uses process.${use}`),
    );
  assert.deepEqual(wrong, []);
});

test('files answer one question: none has more than 300 lines, but for the generated types', () => {
  const long = files.filter(({ path, lines }) => path !== 'api/types.ts' && lines > 300);
  assert.deepEqual(
    long.map(({ path, lines }) => `${path} has ${lines} lines`),
    [],
  );
});

test('files say in their first lines what they are about', () => {
  const silent = files.filter(({ path }) => !/^(#!.*\n)?\/[/*]/.test(readFileSync(join(src, path), 'utf8')));
  assert.deepEqual(
    silent.map(({ path }) => path),
    [],
  );
});
