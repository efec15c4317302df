/** What is wrong with a block of code is found without running it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemsOf } from './fence.ts';

const head = 'apiVersion: elasticweb.example.com/v1\nkind: ElasticWeb\nmetadata: { name: shop }\n';

const cases = [
  { name: 'commands', language: 'bash', text: 'kubectl get ew | wc -l', problem: undefined },
  { name: 'commands that are none', language: 'bash', text: 'if true; then', problem: /syntax error/ },
  {
    name: 'an ElasticWeb',
    language: 'yaml',
    text: `${head}spec: { image: a, port: 80, podPort: 80, singlePodQPS: 1 }`,
  },
  {
    name: 'one that is refused',
    language: 'yaml',
    text: `${head}spec: { port: 0 }`,
    problem: /spec\.image: is required/,
  },
  { name: 'a part of an object', language: 'yaml', text: 'spec:\n  port: 0' },
  { name: 'YAML that is none', language: 'yaml', text: 'a: [1', problem: /Flow sequence/ },
  { name: 'the second of two documents', language: 'yaml', text: `a: 1\n---\n${head}`, problem: /spec: is required/ },
  { name: 'JSON', language: 'json', text: '{ "a": 1 }' },
  { name: 'JSON that is none', language: 'json', text: '{ a: 1 }', problem: /SyntaxError/ },
  { name: 'a query', language: 'promql', text: 'max by (namespace) (elasticweb_ready) == 1' },
  { name: 'a query that is none', language: 'promql', text: 'max by (elasticweb_ready', problem: /cannot read/ },
  { name: 'a word that nothing runs', language: 'sh', text: 'true', problem: /call it bash/ },
  { name: 'any other language', language: 'lua', text: 'x x x' },
];
for (const { name, language, text, problem } of cases) {
  test(`${problem === undefined ? 'nothing is wrong with' : 'something is wrong with'} ${name}`, () => {
    const problems = problemsOf({ line: 1, language, text, file: undefined, first: undefined, notRun: undefined });
    if (problem === undefined) assert.deepEqual(problems, []);
    else assert.match(problems.join('\n'), problem);
  });
}
