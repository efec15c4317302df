/** What can be said of a block of code without running it. */

import { spawnSync } from 'node:child_process';
import { parseAllDocuments } from 'yaml';
import { API_VERSION, KIND } from '../../src/api/resource.ts';
import { validate } from '../../src/api/validate.ts';
import { parsed } from '../prometheus/parsed.ts';
import type { Block } from './page.ts';

/** What is wrong with the block; nothing, if nothing is. `ts` is compiled elsewhere, all of it at once. */
export function problemsOf({ language, text, notRun }: Block): string[] {
  // Even what is not run should be something that could be.
  if (language === 'bash') return bashProblems(text);
  if (notRun !== undefined) return [];
  switch (language) {
    case 'yaml':
      return yamlProblems(text);
    case 'json':
      return jsonProblems(text);
    case 'promql':
      return parsed(text).shape.includes('⚠') ? ['Prometheus cannot read this query'] : [];
    case 'sh':
    case 'shell':
    case 'zsh':
      return [`call it bash, which is what runs it, or console, with "$ " before the commands, not ${language}`];
    default:
      return [];
  }
}

function bashProblems(text: string): string[] {
  const { stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' });
  return stderr === '' ? [] : [stderr.trim()];
}

function yamlProblems(text: string): string[] {
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents)) return []; // Nothing but comments.
  return documents.flatMap((document) => {
    if (document.errors.length > 0) return document.errors.map(({ message }) => message);
    const object: unknown = document.toJS();
    if (!isElasticWeb(object)) return [];
    const validation = validate(object);
    return validation.kind === 'valid' ? [] : validation.errors.map(({ path, message }) => `${path}: ${message}`);
  });
}

const isElasticWeb = (object: unknown): boolean =>
  typeof object === 'object' && object !== null && 'kind' in object && 'apiVersion' in object
    ? object.kind === KIND && object.apiVersion === API_VERSION
    : false;

function jsonProblems(text: string): string[] {
  try {
    JSON.parse(text);
    return [];
  } catch (error) {
    return [String(error)];
  }
}
