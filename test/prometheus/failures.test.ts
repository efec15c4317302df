/** Everything that a server, or what stands in its place, can do wrong: the load is unknown for a reason, and nothing of its words is told. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Unknown, UnknownReason } from '../../src/scaling/reading.ts';
import { certificate, type CertificateName } from './certificates.ts';
import { healthy, type Script, startSource, startStub } from './server.ts';
import { body, target } from './targets.ts';

const web = target('web');
const SECRET = 'words-of-the-server';

/** The one reading of a tick, which must be unknown, and not quote the server. */
async function unknownOf(reading: Promise<unknown>): Promise<Unknown> {
  const found = (await reading) as Unknown;
  assert.equal(found.kind, 'unknown', JSON.stringify(found));
  assert.doesNotMatch(found.message, new RegExp(SECRET));
  return found;
}

const answer = (status: number, text = SECRET, headers = {}): Script => {
  return (_, response) => void response.writeHead(status, { 'x-secret': SECRET, ...headers }).end(text);
};
const page = `<html>${SECRET}</html>`;

const answers: { name: string; script: Script; reason: UnknownReason; says: RegExp }[] = [
  {
    name: '401',
    script: answer(401),
    reason: 'SourceRefused',
    says: /answered 401: it does not accept the credentials; asked again within 10 s$/,
  },
  {
    name: '403',
    script: answer(403),
    reason: 'SourceRefused',
    says: /answered 403: it does not accept the credentials/,
  },
  {
    name: '404',
    script: answer(404),
    reason: 'SourceFailed',
    says: /answered 404: is there a path missing .*; asked again within 30 s$/,
  },
  {
    name: '400',
    script: answer(400),
    reason: 'SourceFailed',
    says: /answered 400: it cannot run this query; asked again at the next tick$/,
  },
  { name: '422', script: answer(422), reason: 'SourceFailed', says: /answered 422: it cannot run this query/ },
  {
    name: '429',
    script: answer(429),
    reason: 'SourceFailed',
    says: /answered 429: it has too much to do; asked again within a minute$/,
  },
  { name: '500', script: answer(500), reason: 'SourceFailed', says: /answered 500; asked again within 30 s$/ },
  { name: '503', script: answer(503), reason: 'SourceFailed', says: /answered 503: it has too much to do/ },
  { name: '204', script: answer(204, ''), reason: 'SourceFailed', says: /answered 204/ },
  {
    name: 'a page',
    script: answer(200, page),
    reason: 'InvalidAnswer',
    says: /answered with something else than JSON/,
  },
  {
    name: 'an error with 200',
    script: answer(200, `{"status":"error","error":"${SECRET}"}`),
    reason: 'SourceFailed',
    says: /answered with an error/,
  },
  {
    name: 'a scalar',
    script: answer(200, body([1, SECRET], {}, 'scalar')),
    reason: 'InvalidAnswer',
    says: /answered with a scalar instead/,
  },
  {
    name: 'a matrix',
    script: answer(200, body([], {}, 'matrix')),
    reason: 'InvalidAnswer',
    says: /answered with a matrix instead/,
  },
  {
    name: 'a string',
    script: answer(200, body([1, SECRET], {}, 'string')),
    reason: 'InvalidAnswer',
    says: /answered with a string instead/,
  },
  {
    name: 'an empty vector',
    script: answer(200, body([])),
    reason: 'NoData',
    says: /has no http_server_requests_seconds_count with namespace="shop" and a label service; is the metric/,
  },
  {
    name: 'zstd',
    script: answer(200, body([]), { 'content-encoding': 'zstd' }),
    reason: 'InvalidAnswer',
    says: /encoding other than gzip/,
  },
  {
    name: 'gzip that is none',
    script: answer(200, SECRET, { 'content-encoding': 'gzip' }),
    reason: 'InvalidAnswer',
    says: /answered in gzip that cannot be unpacked/,
  },
  {
    name: 'half a gzip',
    script: answer(200, gzipSync(body([])).subarray(0, -4).toString('latin1'), { 'content-encoding': 'gzip' }),
    reason: 'InvalidAnswer',
    says: /answered in gzip that cannot be unpacked/,
  },
  {
    name: 'fewer bytes than announced',
    script: answer(200, body([]), { 'content-length': '5000' }),
    reason: 'SourceUnreachable',
    says: /no whole answer|no answer|did not give a whole answer/,
  },
  {
    name: 'a connection that is cut',
    script: (_, response) => void response.socket?.destroy(),
    reason: 'SourceUnreachable',
    says: /no answer from Prometheus at 127\.0\.0\.1:\d+: other side closed/,
  },
  {
    name: 'nothing at all',
    script: () => undefined,
    reason: 'SourceUnreachable',
    says: /did not give a whole answer within 300 ms/,
  },
  {
    name: 'only a beginning',
    script: (_, response) => void response.writeHead(200).write('{'),
    reason: 'SourceUnreachable',
    says: /did not give a whole answer within 300 ms/,
  },
];

for (const { name, script, reason, says } of answers) {
  test(`an answer of ${name} leaves the load unknown: ${reason}`, async (t) => {
    const stub = await startStub(t, script);
    const { readOne, reports } = startSource(t, { url: stub.url, timeoutMs: 300 });
    const reading = await unknownOf(readOne(web));
    assert.equal(reading.reason, reason);
    assert.match(reading.message, says);
    assert.match(reading.message, /127\.0\.0\.1:\d+/);
    assert.ok(reports.some(({ query, outcome }) => query === 'load' && outcome === reason));
  });
}

/** Sends this as long as it is taken. */
function endless(response: ServerResponse, chunk: Buffer): void {
  const send = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', send);
  send();
}

const floods: { name: string; script: Script; reason: UnknownReason; says: RegExp }[] = [
  {
    name: 'without end',
    script: (_, response) => endless(response.writeHead(200), Buffer.alloc(1 << 20, 'x')),
    reason: 'InvalidAnswer',
    says: /answered with more than 16 MiB/,
  },
  {
    name: 'that unpacks to a gigabyte',
    script: (_, response) =>
      endless(response.writeHead(200, { 'content-encoding': 'gzip' }), gzipSync(Buffer.alloc(64 << 20))),
    reason: 'InvalidAnswer',
    says: /answered with more than 16 MiB/,
  },
];

for (const { name, script, reason, says } of floods) {
  test(`an answer ${name} is cut off`, { timeout: 60_000 }, async (t) => {
    const cut: Promise<unknown>[] = [];
    const stub = await startStub(t, (asked, response) => {
      cut.push(once(response, 'close'));
      return script(asked, response);
    });
    const { readOne } = startSource(t, { url: stub.url, timeoutMs: 30_000 });
    const reading = await unknownOf(readOne(web));
    assert.equal(reading.reason, reason);
    assert.match(reading.message, says);
    await Promise.all(cut); // The connection is given up, so no more of it takes memory.
  });
}

test('an answer that comes drop by drop ends at the deadline', async (t) => {
  const stub = await startStub(t, (_, response) => {
    response.writeHead(200);
    const drip = setInterval(() => response.write(' '), 10);
    response.on('close', () => clearInterval(drip));
  });
  const { readOne } = startSource(t, { url: stub.url, timeoutMs: 300 });
  const reading = await unknownOf(readOne(web));
  assert.match(
    reading.message,
    /^Prometheus at 127\.0\.0\.1:\d+ did not give a whole answer within 300 ms; asked again within 30 s$/,
  );
});

test('an answer in gzip is read', async (t) => {
  const stub = await startStub(t, () => undefined);
  const { clock, readOne } = startSource(t, { url: stub.url });
  stub.script = (asked, response) => {
    assert.equal(asked.headers['accept-encoding'], 'gzip');
    const end = response.end.bind(response);
    response.setHeader('content-encoding', 'gzip');
    return healthy(clock, 'web')(asked, Object.assign(response, { end: (text: string) => end(gzipSync(text)) }));
  };
  assert.equal((await readOne(web)).kind, 'measured');
});

for (const status of [301, 302, 303, 307, 308]) {
  test(`a redirect with ${status} is not followed, and its target gets no request`, async (t) => {
    const other = await startStub(t, (_, response) => void response.end(body([])));
    const stub = await startStub(t, answer(status, SECRET, { location: `${other.url}/${SECRET}` }));
    const { readOne } = startSource(t, { url: stub.url, headers: [['x-token', SECRET]] });
    const reading = await unknownOf(readOne(web));
    assert.equal(reading.reason, 'SourceFailed');
    assert.match(reading.message, new RegExp(`answered ${status}: redirects are not followed`));
    assert.equal(other.connections(), 0);
  });
}

test('a server that is not there is named, with the reason', async (t) => {
  const { readOne, reports } = startSource(t, { url: await closedPort() });
  const reading = await unknownOf(readOne(web));
  assert.equal(reading.reason, 'SourceUnreachable');
  assert.match(
    reading.message,
    /^no answer from Prometheus at 127\.0\.0\.1:\d+: connect ECONNREFUSED 127\.0\.0\.1:\d+: nothing listens there, is it up, and is this its port\?; asked again/,
  );
  assert.deepEqual(
    reports.map(({ outcome }) => outcome),
    ['SourceUnreachable', 'SourceUnreachable'],
  );
});

const tlsTroubles: readonly {
  name: string;
  own: CertificateName | undefined;
  trusted?: CertificateName;
  says: RegExp;
}[] = [
  {
    name: 'of an authority that is not trusted',
    own: 'second',
    trusted: 'first',
    says: /: its certificate is of an authority that is not trusted, --prometheus-ca-file must name a file with that authority; asked again/,
  },
  {
    name: 'that nobody vouches for',
    own: 'second',
    says: /: its certificate is of an authority that is not trusted, /,
  },
  {
    name: 'that has expired',
    own: 'expired',
    trusted: 'expired',
    says: /: its certificate has expired and must be renewed/,
  },
  {
    name: 'for another name',
    own: 'elsewhere',
    trusted: 'elsewhere',
    says: /: its certificate is for other names, its URL must have one of them; asked again/,
  },
  {
    name: 'that is missing, since it speaks plain HTTP',
    own: undefined,
    says: /: it does not speak TLS, its URL must begin with http:/,
  },
];
for (const { name, own, trusted, says } of tlsTroubles) {
  test(`a server with a certificate ${name} is unreachable, and what to do is said`, async (t) => {
    const stub = await startStub(t, answer(200), own && certificate(own));
    const directory = await mkdtemp(join(tmpdir(), 'elasticweb-ca-'));
    t.after(() => rm(directory, { recursive: true, force: true }));
    const caFile = join(directory, 'ca.pem');
    if (trusted !== undefined) await writeFile(caFile, certificate(trusted).cert);
    const url = stub.url.replace('http:', 'https:');
    const { readOne } = startSource(t, { url, ...(trusted !== undefined && { caFile }) });
    const reading = await unknownOf(readOne(web));
    assert.equal(reading.reason, 'SourceUnreachable');
    assert.match(reading.message, says);
  });
}

test('a server that expects TLS and is asked without is told apart from one that cannot run the query', async (t) => {
  const stub = await startStub(t, answer(400, 'Client sent an HTTP request to an HTTPS server.\n'));
  const { readOne } = startSource(t, { url: stub.url });
  const reading = await unknownOf(readOne(web));
  assert.match(
    reading.message,
    /^Prometheus at \S+ expects TLS, its URL must begin with https:\/\/; asked again within 30 s$/,
  );
});

test('a name that no server has is told', async (t) => {
  const { readOne } = startSource(t, { url: 'http://prometheus.invalid:9090' });
  const reading = await unknownOf(readOne(web));
  assert.equal(reading.reason, 'SourceUnreachable');
  assert.match(
    reading.message,
    /prometheus\.invalid:9090: getaddrinfo E|prometheus\.invalid:9090 did not give a whole answer/,
  );
});

for (const bytes of [
  `${SECRET}\r\n\r\n`,
  `HTTP/1.1 000 ${SECRET}\r\n\r\n`,
  `HTTP/1.1 200 OK\r\n${SECRET}\r\n\r\n`,
  `HTTP/1.1 200 OK\r\ncontent-length: ${SECRET}\r\n\r\n`,
  `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${SECRET}\r\n`,
]) {
  test(`what speaks something else than HTTP is unreachable, and not quoted: ${JSON.stringify(bytes)}`, async (t) => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined).once('data', () => socket.end(bytes));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const { readOne } = startSource(t, { url: `http://127.0.0.1:${port}` });
    const { reason, message } = await unknownOf(readOne(web));
    assert.equal(reason, 'SourceUnreachable');
    assert.equal(
      message,
      `no answer from Prometheus at 127.0.0.1:${port}: it does not speak HTTP, should its URL begin with https://?; asked again within 30 s`,
    );
  });
}

test(
  'a server that takes connections and never speaks costs a deadline or two a tick, not one a group',
  { timeout: 30_000 },
  async (t) => {
    const stub = await startStub(t, () => undefined);
    const { read } = startSource(t, { url: stub.url, timeoutMs: 200 });
    const targets = Array.from({ length: 50 }, (_, n) => ({ ...target('web', { name: `m${n}` }), key: `${n}` }));
    const readings = await read(...targets);
    assert.equal(readings.size, 50);
    for (const reading of readings.values())
      assert.equal(reading.kind === 'unknown' && reading.reason, 'SourceUnreachable');
    // All eight of the first four groups, and those that began before the last of these had failed.
    assert.ok(stub.asked.length <= 16, `${stub.asked.length} queries`);
  },
);

test('a server that sends us away is not asked for the other groups', async (t) => {
  for (const status of [429, 401]) {
    const stub = await startStub(t, answer(status));
    const { read } = startSource(t, { url: stub.url });
    const targets = Array.from({ length: 50 }, (_, n) => ({ ...target('web', { name: `m${n}` }), key: `${n}` }));
    assert.equal((await read(...targets)).size, 50);
    assert.ok(stub.asked.length <= 8, `${stub.asked.length} queries`);
  }
});

test('a server that fails is left alone for longer and longer, for all ElasticWebs; one answer ends that', async (t) => {
  const stub = await startStub(t, answer(500));
  const { clock, read } = startSource(t, { url: stub.url });
  const asked: number[] = [];
  for (let n = 0; n < 14; n += 1) {
    const before = stub.asked.length;
    const readings = await read(web, target('other'));
    asked.push(stub.asked.length - before);
    for (const reading of readings.values()) {
      assert.equal(
        reading.kind === 'unknown' && reading.message,
        `Prometheus at ${new URL(stub.url).host} answered 500; asked again within 30 s`,
      );
    }
  }
  // Ticks are five seconds apart; the pauses 1, 2, 4, 8, 16 and 30 seconds.
  assert.deepEqual(asked, [2, 2, 2, 2, 0, 2, 0, 0, 0, 2, 0, 0, 0, 0]);
  stub.script = healthy(clock, 'web', 'other');
  clock.advance(30_000);
  assert.equal((await read(web)).get('shop/web')?.kind, 'measured');
  stub.script = answer(500);
  await read(web);
  stub.script = healthy(clock, 'web');
  assert.equal((await read(web)).get('shop/web')?.kind, 'measured');
});

for (const status of [429, 503]) {
  test(`${status} with Retry-After is kept to`, async (t) => {
    const stub = await startStub(t, answer(status, SECRET, { 'retry-after': '20' }));
    const { clock, readOne } = startSource(t, { url: stub.url });
    const first = await unknownOf(readOne(web));
    stub.script = healthy(clock, 'web');
    for (let n = 0; n < 3; n += 1) assert.deepEqual(await readOne(web), first);
    assert.equal(stub.asked.length, 2);
    assert.equal((await readOne(web)).kind, 'measured');
  });
}

/** The URL of a port on which nobody listens. */
async function closedPort(): Promise<string> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}`;
}
