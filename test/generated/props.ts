/** The props of a construct as rows of a table, from the interface as it stands in src: its doc comments are what editors show, too. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '../..');

/** A prop, in Markdown. */
export type PropRow = readonly [name: string, type: string, standard: string, meaning: string];

/** @throws Error if the file has no such interface, or a prop of it has no words */
export function propRows(path: string, interfaceName: string): PropRow[] {
  const file = ts.createSourceFile(path, readFileSync(join(root, path), 'utf8'), ts.ScriptTarget.Latest, true);
  const found = file.statements.find(
    (statement): statement is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(statement) && statement.name.text === interfaceName,
  );
  if (found === undefined) throw new Error(`${path} has no interface ${interfaceName}`);
  return found.members.map(rowOf);
}

function rowOf(member: ts.TypeElement): PropRow {
  if (!ts.isPropertySignature(member) || member.type === undefined) throw new Error(`no prop: ${member.getText()}`);
  const name = member.name.getText();
  const { meaning, standard } = wordsOf(member);
  if (meaning === '') throw new Error(`${name} has no words`);
  return [`\`${name}\``, `\`${member.type.getText().replaceAll(/\breadonly /g, '')}\``, standard, meaning];
}

function wordsOf(member: ts.PropertySignature): { readonly meaning: string; readonly standard: string } {
  const docs = ts.getJSDocCommentsAndTags(member).filter(ts.isJSDoc);
  const textOf = (comment: ts.JSDoc['comment']) => (ts.getTextOfJSDocComment(comment) ?? '').replaceAll(/\s+/g, ' ');
  const tag = docs.flatMap(({ tags = [] }) => [...tags]).find(({ tagName }) => tagName.text === 'default');
  return {
    meaning: docs.map(({ comment }) => textOf(comment)).join(' '),
    // A dash says that words follow, no code.
    standard: textOf(tag?.comment).replace(/^- /, ''),
  };
}
