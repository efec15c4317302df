/** What `elasticweb validate` says and how it exits. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { elasticWeb, METRICS, BASIC, runHere } from './command.ts';

const NAMESPACE = '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"dev"}}';
const WEB =
  'apiVersion: elasticweb.example.com/v1\nkind: ElasticWeb\nmetadata: {name: shop}\nspec: {image: a, port: 80, podPort: 80, singlePodQPS: 1}\n';

/** One source called web.yaml, and what comes of it. The lines of the two streams in order. */
const rows: readonly {
  name: string;
  text: string | Uint8Array;
  exitCode: 0 | 1;
  stdout?: readonly string[];
  stderr?: readonly string[];
}[] = [
  {
    name: 'a valid ElasticWeb is called so',
    text: WEB,
    exitCode: 0,
    stdout: ['stdin: document 1 (ElasticWeb shop): valid', '1 ElasticWeb: 1 valid, 0 invalid'],
  },
  {
    name: 'its namespace is part of its name',
    text: elasticWeb({}, { namespace: 'dev' }),
    exitCode: 0,
    stdout: ['stdin: document 1 (ElasticWeb dev/shop): valid', '1 ElasticWeb: 1 valid, 0 invalid'],
  },
  {
    name: 'every wrong field has a line: which, expected, found',
    text: `${NAMESPACE}${elasticWeb({ port: 0, protocol: 'SCTP', image: undefined })}`,
    exitCode: 1,
    stdout: [
      'stdin: document 2 (ElasticWeb shop): spec.image: is required',
      'stdin: document 2 (ElasticWeb shop): spec.port: must be a whole number from 1 to 65535, got 0',
      'stdin: document 2 (ElasticWeb shop): spec.protocol: must be one of TCP, UDP, got "SCTP"',
      '1 ElasticWeb: 0 valid, 1 invalid',
    ],
    stderr: ['stdin: document 1 (Namespace dev): skipped, not an ElasticWeb'],
  },
  {
    name: 'a misspelled field brings up the one that was meant',
    text: WEB.replace('singlePodQPS', 'singlePodQps'),
    exitCode: 1,
    stdout: [
      'stdin: document 1 (ElasticWeb shop): spec.singlePodQPS: is required',
      'stdin: document 1 (ElasticWeb shop): spec.singlePodQps: is not a known field, did you mean singlePodQPS?',
      '1 ElasticWeb: 0 valid, 1 invalid',
    ],
  },
  {
    name: 'what YAML 1.1 makes of a word counts, as in kubectl',
    text: elasticWeb().replace('"nginx"', 'on').replace('{"api', '{ "api'),
    exitCode: 1,
    stdout: [
      'stdin: document 1 (ElasticWeb shop): spec.image: must be a non-empty text of at most 1024 characters that matches ^[!-~]+$, got true',
      '1 ElasticWeb: 0 valid, 1 invalid',
    ],
  },
  {
    name: 'an invalid one does not hide a valid one, and the items of a list have numbers',
    text: `{"apiVersion":"v1","kind":"List","items":[${elasticWeb({ port: 0 })},${NAMESPACE},${elasticWeb()}]}`,
    exitCode: 1,
    stdout: [
      'stdin: document 1, item 1 (ElasticWeb shop): spec.port: must be a whole number from 1 to 65535, got 0',
      'stdin: document 1, item 3 (ElasticWeb shop): valid',
      '2 ElasticWebs: 1 valid, 1 invalid',
    ],
    stderr: ['stdin: document 1, item 2 (Namespace dev): skipped, not an ElasticWeb'],
  },
  {
    name: 'another version of the API is not another kind',
    text: WEB.replace('/v1', '/v2'),
    exitCode: 1,
    stdout: [
      'stdin: document 1 (ElasticWeb shop): apiVersion: must be elasticweb.example.com/v1, got "elasticweb.example.com/v2"',
      '1 ElasticWeb: 0 valid, 1 invalid',
    ],
  },
  {
    name: 'nor is another group',
    text: WEB.replace('elasticweb.example.com', 'apps'),
    exitCode: 1,
    stdout: [
      'stdin: document 1 (ElasticWeb shop): apiVersion: must be elasticweb.example.com/v1, got "apps/v1"',
      '1 ElasticWeb: 0 valid, 1 invalid',
    ],
  },
  {
    name: 'a misspelled kind is not another kind',
    text: WEB.replace('ElasticWeb\n', 'Elasticweb\n'),
    exitCode: 1,
    stdout: [
      'stdin: document 1 (Elasticweb shop): kind: must be ElasticWeb, got "Elasticweb"',
      '1 ElasticWeb: 0 valid, 1 invalid',
    ],
  },
  {
    name: 'a YAML error says where, and does not hide the rest',
    text: `${WEB}---\n\tno: yaml\n`,
    exitCode: 1,
    stdout: ['stdin: document 1 (ElasticWeb shop): valid', '1 ElasticWeb: 1 valid, 0 invalid; 1 could not be read'],
    stderr: ['stdin: document 2, line 6, column 1: is not YAML: tabs are not allowed as indentation'],
  },
  {
    name: 'what is no object is no manifest',
    text: '- 1\n---\ntext\n---\n42\n',
    exitCode: 1,
    stdout: ['no ElasticWeb; 3 could not be read'],
    stderr: [
      'stdin: document 1, line 1: must be a Kubernetes object, got [1]',
      'stdin: document 2, line 3: must be a Kubernetes object, got "text"',
      'stdin: document 3, line 5: must be a Kubernetes object, got 42',
    ],
  },
  {
    name: 'an object without a kind is no manifest',
    text: 'a: 1\n---\napiVersion: v1\nkind: 5\n',
    exitCode: 1,
    stdout: ['no ElasticWeb; 2 could not be read'],
    stderr: [
      'stdin: document 1, line 1: is no Kubernetes object: apiVersion must be text, got nothing',
      'stdin: document 2, line 3: is no Kubernetes object: kind must be text, got 5',
    ],
  },
  {
    name: 'other kinds alone are not enough',
    text: NAMESPACE,
    exitCode: 1,
    stderr: ['stdin: document 1 (Namespace dev): skipped, not an ElasticWeb', 'no ElasticWeb in stdin'],
  },
  { name: 'nothing is not enough', text: '', exitCode: 1, stderr: ['no ElasticWeb in stdin'] },
  {
    name: 'a byte order mark is no part of the text',
    text: `\u{feff}${elasticWeb()}${elasticWeb({}, { name: 'blog' })}`,
    exitCode: 0,
    stdout: [
      'stdin: document 1 (ElasticWeb shop): valid',
      'stdin: document 2 (ElasticWeb blog): valid',
      '2 ElasticWebs: 2 valid, 0 invalid',
    ],
  },
  {
    name: 'UTF-16 is called so',
    text: Buffer.from(`\u{feff}${WEB}`, 'utf16le'),
    exitCode: 1,
    stdout: ['no ElasticWeb; 1 could not be read'],
    stderr: ['stdin: is UTF-16 text; save it as UTF-8'],
  },
  {
    name: 'a binary file is called so',
    text: Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 0xff]),
    exitCode: 1,
    stdout: ['no ElasticWeb; 1 could not be read'],
    stderr: ['stdin: is not text in UTF-8'],
  },
  {
    name: 'so is text with NUL in it',
    text: `${WEB}# \0\n`,
    exitCode: 1,
    stdout: ['no ElasticWeb; 1 could not be read'],
    stderr: ['stdin: is not text in UTF-8'],
  },
  {
    name: 'a huge file is refused',
    text: Buffer.alloc(9 * 2 ** 20, '#'),
    exitCode: 1,
    stdout: ['no ElasticWeb; 1 could not be read'],
    stderr: ['stdin: is larger than 8 MiB; split it, or name another file'],
  },
  {
    name: 'characters that would steer the terminal are escaped',
    text: elasticWeb({}, { name: 'shop\n\u001b[31m\u202e' }).replace('"podPort"', '"\\u009b2J"'),
    exitCode: 1,
    stdout: [
      'stdin: document 1 (ElasticWeb shop\\u000a\\u001b[31m\\u202e): spec.podPort: is required',
      'stdin: document 1 (ElasticWeb shop\\u000a\\u001b[31m\\u202e): spec["\\u009b2J"]: is not a known field',
      '1 ElasticWeb: 0 valid, 1 invalid',
    ],
  },
];
for (const { name, text, exitCode, stdout = [], stderr = [] } of rows) {
  test(`validate: ${name}`, async () => {
    const lines = (output: string): string[] => output.split('\n').slice(0, -1);
    const outcome = await runHere(['validate', '-f', '-'], { stdin: text });
    assert.deepEqual(
      { ...outcome, stdout: lines(outcome.stdout), stderr: lines(outcome.stderr) },
      { exitCode, stdout, stderr },
    );
  });
}

test('validate: the resources of the requirements are valid as they stand', async () => {
  const { exitCode, stdout } = await runHere(['validate', '-f', BASIC, METRICS]);
  assert.equal(exitCode, 0);
  assert.deepEqual(stdout.split('\n').slice(0, -1), [
    `${BASIC}: document 2 (ElasticWeb dev/elasticweb-sample): valid`,
    `${METRICS}: document 1 (ElasticWeb elasticweb-sample): valid`,
    '2 ElasticWebs: 2 valid, 0 invalid',
  ]);
});

const files = { 'a.yaml': WEB, 'b.json': elasticWeb() };

test('validate: several files can be named in any way, in their order', async () => {
  for (const args of [
    ['-f', 'b.json', '-f', 'a.yaml'],
    ['-f', 'b.json', 'a.yaml'],
    ['--filename=b.json', '--filename', 'a.yaml'],
  ]) {
    const { exitCode, stdout } = await runHere(['validate', ...args], { files });
    assert.equal(exitCode, 0);
    assert.deepEqual(
      stdout.split('\n').map((line) => line.split(':')[0]),
      ['b.json', 'a.yaml', '2 ElasticWebs', ''],
    );
  }
});

test('validate: a file that does not exist does not hide the others', async () => {
  const outcome = await runHere(['validate', '-f', 'nope.yaml', 'a.yaml'], { files });
  assert.deepEqual(outcome, {
    exitCode: 1,
    stdout: 'a.yaml: document 1 (ElasticWeb shop): valid\n1 ElasticWeb: 1 valid, 0 invalid; 1 could not be read\n',
    stderr: 'nope.yaml: there is no such file\n',
  });
});

test('validate: a directory, and a path through a file, are called so', async () => {
  const { exitCode, stderr } = await runHere(['validate', '-f', import.meta.dirname, `${import.meta.filename}/a.yaml`]);
  assert.equal(exitCode, 1);
  assert.equal(
    stderr,
    `${import.meta.dirname}: is a directory; name the files in it\n` +
      `${import.meta.filename}/a.yaml: there is no such file: a part of its path is not a directory\n`,
  );
});

test('validate -o json and yaml: an object for each document, with where it stands, its verdict and its errors', async () => {
  const stdin = `${NAMESPACE}\n---\n${elasticWeb({ port: 0 }, { namespace: 'dev' })}\n---\n${elasticWeb()}\n---\n7`;
  const [json, yaml] = await Promise.all([
    runHere(['validate', '-f', '-', '-o', 'json'], { stdin }),
    runHere(['validate', '-f', '-', '-o', 'yaml'], { stdin }),
  ]);
  assert.deepEqual([json.exitCode, yaml.exitCode], [1, 1]);
  const source = 'stdin';
  const expected = [
    { source, document: 1, line: 1, kind: 'Namespace', name: 'dev', verdict: 'skipped', errors: [] },
    {
      ...{ source, document: 2, line: 3, kind: 'ElasticWeb', namespace: 'dev', name: 'shop', verdict: 'invalid' },
      errors: [{ path: 'spec.port', message: 'must be a whole number from 1 to 65535, got 0' }],
    },
    { source, document: 3, line: 5, kind: 'ElasticWeb', name: 'shop', verdict: 'valid', errors: [] },
    {
      ...{ source, document: 4, line: 7, verdict: 'unreadable' },
      errors: [{ path: '', message: 'must be a Kubernetes object, got 7' }],
    },
  ];
  assert.deepEqual(
    json.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
    expected,
  );
  assert.deepEqual(
    parseAllDocuments(yaml.stdout).map((document) => document.toJS() as unknown),
    expected,
  );
});
