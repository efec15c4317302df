/** ElasticWebs and what is wrong with them: one table, put to the offline validator and to the API server alike. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { KIND } from '../../src/api/resource.ts';
import { valid, type Case } from './cases/case.ts';
import { metadataCases } from './cases/metadata.ts';
import { podSettingsCases } from './cases/pod-settings.ts';
import { ruleCases } from './cases/rules.ts';
import { specCases } from './cases/spec.ts';
import { EVERYTHING, type JsonObject } from './objects.ts';

export type { Case } from './cases/case.ts';

/** The two ElasticWebs of the requirements, to the letter. */
export const REQUIREMENTS = {
  basic: read('../fixtures/requirements-basic.yaml'),
  metrics: read('../fixtures/requirements-metrics.yaml'),
};

export const CASES: readonly Case[] = [
  ...Object.entries(REQUIREMENTS).map(([name, object]) => valid(`the ${name} resource of the requirements`, object)),
  valid('the sample in dist/', read('../../dist/sample.k8s.yaml')),
  valid('every field', EVERYTHING),
  ...metadataCases,
  ...specCases,
  ...podSettingsCases,
  ...ruleCases,
];

/** The ElasticWeb in a YAML file, which may hold other objects besides. */
function read(path: string): JsonObject {
  const documents = parseAllDocuments(readFileSync(join(import.meta.dirname, path), 'utf8'));
  const objects = documents.map((document) => document.toJS() as JsonObject);
  const found = objects.find((object) => object.kind === KIND);
  if (found === undefined) throw new Error(`${path} holds no ${KIND}`);
  return found;
}
