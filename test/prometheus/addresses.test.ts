/** Where a name leads is looked at each time before anything is sent there. */

import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { checkedLookup } from '../../src/prometheus/addresses.ts';
import { healthy, startSource, startStub } from './server.ts';
import { target } from './targets.ts';

const web = target('web');

/** A DNS that gives these answers in turn, the last one for ever. */
function dns(...answers: (readonly string[])[]): LookupFunction {
  let asked = 0;
  return (_, options, callback) => {
    assert.equal(options.all, true);
    const addresses = answers[Math.min(asked, answers.length - 1)] ?? [];
    asked += 1;
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    process.nextTick(() => callback(null, found));
  };
}

/** What of the answer of a DNS is left; undefined if nothing is. */
async function left(hostname: string, ...addresses: readonly string[]): Promise<string[] | undefined> {
  const ask = promisify<string, { all: true }, readonly LookupAddress[]>(checkedLookup(dns(addresses)) as never);
  return ask(hostname, { all: true }).then(
    (found) => found.map(({ address }) => address),
    (error: unknown) => {
      assert.equal(error instanceof Error && error.name, 'ForbiddenAddressError');
      return undefined;
    },
  );
}

for (const address of [
  ...['169.254.169.254', '169.254.0.1', '::ffff:169.254.169.254', 'fe80::1', '0.0.0.0', '0.1.2.3', '::'],
  ...['224.0.0.1', 'ff02::1', '255.255.255.255', '100.100.100.200', 'fd00:ec2::254', '168.63.129.16', '192.0.0.192'],
  ...['169.254.170.2', '169.254.172.0', '64:ff9b::a9fe:a9fe', 'fd20:ce::254', 'fd00:42::42'],
]) {
  test(`no name leads to ${address}`, async () => {
    assert.equal(await left('prometheus.monitoring', address), undefined);
    assert.equal(await left('localhost', address), undefined);
  });
}

for (const address of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1']) {
  test(`only names of this machine lead to ${address}`, async () => {
    for (const name of ['prometheus.monitoring', 'localhost.example.com', 'notlocalhost'])
      assert.equal(await left(name, address), undefined, name);
    for (const name of ['localhost', 'Localhost.', 'prometheus.localhost'])
      assert.deepEqual(await left(name, address), [address], name);
  });
}

test('servers in and outside of the cluster are found, by either family', async () => {
  const addresses = [
    '10.0.0.7',
    '172.16.3.4',
    '192.168.1.1',
    '100.64.0.1',
    '8.8.8.8',
    'fd00::7',
    '2001:db8::7',
    '169.254.171.9',
  ];
  assert.deepEqual(await left('prometheus.monitoring', ...addresses), addresses);
  assert.deepEqual(await left('prometheus.monitoring', '169.254.169.254', '10.0.0.7', '::1'), ['10.0.0.7']);
});

test('whoever asks for one address gets the first that is allowed', async () => {
  const ask = checkedLookup(dns(['127.0.0.1', '10.0.0.7', '10.0.0.8']));
  const { promise, resolve } = Promise.withResolvers<readonly unknown[]>();
  ask('prometheus', {}, (...all) => resolve(all));
  assert.deepEqual(await promise, [null, '10.0.0.7', 4]);
});

test('a name that nobody has stays one', async () => {
  const error = Object.assign(new Error('getaddrinfo ENOTFOUND prometheus'), { code: 'ENOTFOUND' });
  const ask = checkedLookup((_, __, callback) => callback(error, '', 0));
  const { promise, resolve } = Promise.withResolvers<unknown>();
  ask('prometheus', { all: true }, resolve);
  assert.equal(await promise, error);
});

test('a name that leads elsewhere from one question to the next (DNS rebinding) leads nowhere, and back', async (t) => {
  const stub = await startStub(t, () => undefined);
  const url = stub.url.replace('127.0.0.1', 'localhost');
  // For this machine's own name loopback is right, so that this server may stand for one elsewhere.
  const lookup = dns(['127.0.0.1'], ['127.0.0.1'], ['169.254.169.254'], ['169.254.169.254'], ['127.0.0.1']);
  const { clock, readOne } = startSource(t, { url, lookup, headers: [['authorization', 'Bearer secret']] });
  const thenClosed = healthy(clock, 'web');
  stub.script = (asked, response) => thenClosed(asked, response.setHeader('connection', 'close'));
  assert.equal((await readOne(web)).kind, 'measured');
  const asked = stub.asked.length;

  const reading = await readOne(web);
  assert.equal(reading.kind === 'unknown' && reading.reason, 'SourceUnreachable');
  assert.match(
    reading.kind === 'unknown' ? reading.message : '',
    /^no answer from Prometheus at localhost:\d+: its name leads to this machine, a link or a metadata server, where nothing is sent; if it is meant, its URL must have the address; asked again within 30 s$/,
  );
  assert.equal(stub.asked.length, asked);

  assert.equal((await readOne(web)).kind, 'measured');
});

test('a name that leads to this machine is not asked, with credentials or without', async (t) => {
  const stub = await startStub(t, (_, response) => void response.end());
  const url = stub.url.replace('127.0.0.1', 'prometheus.monitoring');
  const { readOne } = startSource(t, { url, lookup: dns(['127.0.0.1', '::1']) });
  const reading = await readOne(web);
  assert.equal(reading.kind === 'unknown' && reading.reason, 'SourceUnreachable');
  assert.equal(stub.connections(), 0);
});
