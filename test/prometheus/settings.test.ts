import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LoadSource, type LoadSourceOptions } from '../../src/prometheus/source.ts';
import { checkedServer } from '../../src/prometheus/settings.ts';

const good: LoadSourceOptions = { url: 'http://prometheus:9090', scrapeIntervalSeconds: 15, stableWindowSeconds: 60 };

const urls = [
  ['http://prometheus:9090', 'http://prometheus:9090', '/api/v1/query'],
  ['http://prometheus:9090/', 'http://prometheus:9090', '/api/v1/query'],
  ['https://mimir.example/prometheus', 'https://mimir.example', '/prometheus/api/v1/query'],
  ['https://vm:8481/select/0/prometheus//', 'https://vm:8481', '/select/0/prometheus/api/v1/query'],
] as const;

for (const [url, origin, path] of urls) {
  test(`${url} is asked at its own path`, () => {
    const server = checkedServer({ url });
    assert.deepEqual([server.origin, server.path], [origin, path]);
  });
}

test('query parameters are added, each as often as it is given', () => {
  const { path } = checkedServer({
    url: 'http://thanos/',
    queryParameters: [
      ['dedup', 'true'],
      ['namespace', 'a b&c'],
      ['namespace', 'd'],
    ],
  });
  assert.equal(path, '/api/v1/query?dedup=true&namespace=a+b%26c&namespace=d');
});

const basic = { kind: 'basic', username: 'ada', passwordFile: '/p' } as const;
const refused: { name: string; options: Partial<LoadSourceOptions>; why: RegExp }[] = [
  {
    name: 'no URL',
    options: { url: 'prometheus:9090/s3cret x' },
    why: /must begin with http:\/\/ or https:\/\/, got prometheus:/,
  },
  { name: 'nonsense', options: { url: 's3cret' }, why: /must be like http:\/\/prometheus:9090; this one is none/ },
  { name: 'a file', options: { url: 'file:///etc/passwd' }, why: /must begin with http:\/\/ or https:\/\/, got file:/ },
  {
    name: 'a password in the URL',
    options: { url: 'http://ada:s3cret@p' },
    why: /must not hold a username or password/,
  },
  { name: 'a query in the URL', options: { url: 'http://p/?a=s3cret' }, why: /must end with its path/ },
  { name: 'a certificate without its key', options: { url: 'https://p', certFile: '/c' }, why: /takes two files/ },
  { name: 'a key without its certificate', options: { url: 'https://p', keyFile: '/k' }, why: /takes two files/ },
  { name: 'a CA without TLS', options: { caFile: '/ca' }, why: /need a URL that begins with https/ },
  { name: 'a colon in the username', options: { auth: { ...basic, username: 'a:b' } }, why: /must not have a colon/ },
  {
    name: 'a header that is none',
    options: {
      headers: [
        ['a', 'x'],
        ['s3cret b', 'x'],
      ],
    },
    why: /^header number 2 has a name that no header may have/,
  },
  {
    name: 'a header with two lines',
    options: { headers: [['x-a', 's3cret\r\nx-b: 1']] },
    why: /value of the header x-a has characters/,
  },
  {
    name: 'a header that is ours',
    options: { headers: [['Content-Length', '1']] },
    why: /header Content-Length is set by the syncer/,
  },
  {
    name: 'two credentials',
    options: { auth: basic, headers: [['Authorization', 's3cret']] },
    why: /header Authorization is set/,
  },
  { name: 'another query', options: { queryParameters: [['query', 's3cret']] }, why: /query parameter query is set/ },
  { name: 'another time', options: { queryParameters: [['time', '0']] }, why: /query parameter time is set/ },
  { name: 'a label that is none', options: { nameLabel: 'a-b' }, why: /expected the name of a label, got "a-b"/ },
  { name: 'one label for both', options: { nameLabel: 'namespace' }, why: /must differ, got namespace for both/ },
  { name: 'no time at all', options: { timeoutMs: 0 }, why: /timeout of a query must be above 0 ms, got 0/ },
  { name: 'too short a window', options: { stableWindowSeconds: 30 }, why: /at least 4 scrape intervals/ },
];

for (const { name, options, why } of refused) {
  test(`${name} is refused at the start, in words without secrets`, () => {
    assert.throws(
      () => new LoadSource({ ...good, ...options }),
      (error) => {
        assert.ok(error instanceof TypeError || error instanceof RangeError);
        assert.match(error.message, why);
        assert.doesNotMatch(error.message, /s3cret/);
        return true;
      },
    );
  });
}

test('a header of one’s own may authorize when nothing else does', () => {
  assert.doesNotThrow(() => new LoadSource({ ...good, headers: [['Authorization', 'token']] }));
});
