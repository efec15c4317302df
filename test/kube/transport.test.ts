import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setImmediate as settled } from 'node:timers/promises';
import { type TestContext, test } from 'node:test';
import { KubeError } from '../../src/kube/errors.ts';
import { Transport, type TransportOptions } from '../../src/kube/transport.ts';
import { eventually } from '../control-plane/eventually.ts';
import { type Script, refuse, reply, startApiStub, statusOf } from './api-stub.ts';
import { FakeClock } from './fake-clock.ts';

const get = { method: 'GET', path: '/api/v1/things', target: 'all things' } as const;
const post = { ...get, method: 'POST', body: { a: 1 } } as const;

async function start(t: TestContext, script: Script, options: Partial<TransportOptions> = {}) {
  const stub = await startApiStub(t, script);
  const clock = new FakeClock();
  const transport = new Transport({
    identity: stub.identity,
    userAgent: 'elasticweb-syncer/0.0.0',
    clock,
    random: () => 0.5,
    ...options,
  });
  t.after(() => transport.close());
  return { stub, clock, transport };
}

/** The error that the promise rejects with. */
async function failure(promise: Promise<unknown>): Promise<KubeError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof KubeError, `expected a KubeError, found ${String(error)}`);
    return error;
  }
  return assert.fail('it should have failed');
}

test('200 requests at once share the connections that are allowed', async (t) => {
  const { stub, transport } = await start(t, (_, response) => reply(response, 200, {}), { connections: 4 });
  await Promise.all(Array.from({ length: 200 }, () => transport.request(get)));
  assert.equal(stub.asked.length, 200);
  assert.ok(stub.connections() <= 4, `${stub.connections()} connections`);
});

test('200 requests one after the other reuse what is open', async (t) => {
  const { stub, transport } = await start(t, (_, response) => reply(response, 200, {}));
  for (let n = 0; n < 200; n += 1) await transport.request(get);
  // undici sometimes takes a second one, when the first is not quite done with an answer.
  assert.ok(stub.connections() <= 2, `${stub.connections()} connections`);
});

test('open watches do not keep requests waiting', async (t) => {
  const script: Script = ({ query }, response) => {
    if (query.get('watch') === 'true') response.writeHead(200).flushHeaders();
    else reply(response, 200, { done: true });
  };
  const { transport } = await start(t, script, { connections: 1 });
  await Promise.all([1, 2, 3].map(() => transport.stream({ ...get, query: { watch: true } })));
  assert.deepEqual(await transport.request(get), { done: true });
});

test('a request says who asks, what it sends and what it wants', async (t) => {
  const { stub, transport } = await start(t, (_, response) => reply(response, 201, {}));
  await transport.request({
    ...post,
    path: '/api/v1/a%2Fb',
    query: { fieldManager: 'x y', force: true, limit: 5, none: undefined },
    contentType: 'application/apply-patch+yaml',
  });
  const [asked] = stub.asked;
  assert.equal(asked?.path, '/api/v1/a%2Fb');
  assert.equal(asked.query.toString(), 'fieldManager=x+y&force=true&limit=5');
  assert.equal(asked.headers['user-agent'], 'elasticweb-syncer/0.0.0');
  assert.equal(asked.headers['content-type'], 'application/apply-patch+yaml');
  assert.equal(asked.headers.accept, 'application/json');
  assert.deepEqual(JSON.parse(asked.body), { a: 1 });
});

test('an API server behind a path is asked under that path', async (t) => {
  const stub = await startApiStub(t, (_, response) => reply(response, 200, {}));
  const identity = { ...stub.identity, server: `${stub.url}/k8s/clusters/c-1` };
  const transport = new Transport({ identity, userAgent: 'x' });
  t.after(() => transport.close());
  await transport.request(get);
  assert.equal(stub.asked[0]?.path, '/k8s/clusters/c-1/api/v1/things');
});

test('a refusal carries what the API server said', async (t) => {
  const details = {
    causes: [{ reason: 'FieldValueInvalid', message: 'must be at least 0', field: 'spec.replicas' }],
  };
  const { transport } = await start(t, (_, response) => reply(response, 422, statusOf(422, 'Invalid', { details })));
  const error = await failure(transport.request({ ...post, method: 'PATCH', target: 'Deployment shop/web' }));
  assert.equal(error.message, 'PATCH Deployment shop/web: 422 Invalid: the stub says Invalid');
  assert.deepEqual([error.status, error.reason, error.causes], [422, 'Invalid', details.causes]);
});

test('an error page of a proxy is shown in part, without line breaks', async (t) => {
  const { transport } = await start(
    t,
    (_, response) => void response.writeHead(502).end(`<h1>\nbad ${'x'.repeat(500)}`),
  );
  const error = await failure(transport.request(get));
  assert.match(error.message, /^GET all things: 502 Unknown: <h1> bad x{190,}$/);
  assert.ok(error.message.length < 250);
});

test('an answer that is not JSON is an error that asks whether this is an API server', async (t) => {
  const { transport } = await start(t, (_, response) => void response.end('<html>'));
  const error = await failure(transport.request(get));
  assert.match(error.message, /UnusableAnswer: expected JSON.*is this address an API server\?/);
});

test('a request that gets no answer ends at its deadline', async (t) => {
  const { clock, transport } = await start(t, () => undefined);
  const pending = failure(transport.request({ ...get, timeoutMs: 5_000 }));
  await clock.untilWaiting(5_000, 5_000);
  clock.advance(5_000);
  const error = await pending;
  assert.equal(error.reason, 'DeadlineExceeded');
  assert.match(error.message, /^GET all things: DeadlineExceeded: expected an answer from http:.* within 5000 ms$/);
  assert.deepEqual(clock.delays, []);
});

test('the deadline holds for the whole answer, not only for its beginning', async (t) => {
  let response: ServerResponse | undefined;
  const began = new EventTarget();
  const { clock, transport } = await start(t, (_, it) => {
    response = it;
    it.writeHead(200).write('{"a":');
    began.dispatchEvent(new Event('answer'));
  });
  const seen = once(began, 'answer');
  const pending = failure(transport.request({ ...get, timeoutMs: 5_000 }));
  await seen;
  clock.advance(5_000);
  assert.equal((await pending).reason, 'DeadlineExceeded');
  assert.ok(response);
});

test('a request that its caller aborts rejects with the reason of the abort, and leaves no timer', async (t) => {
  const { clock, transport } = await start(t, () => undefined);
  const controller = new AbortController();
  const pending = assert.rejects(transport.request({ ...get, signal: controller.signal }), /enough/);
  await clock.untilWaiting(30_000, 30_000);
  controller.abort(new Error('enough'));
  await pending;
  assert.deepEqual(clock.delays, []);
});

test('a server that is not there is named, with the reason', async (t) => {
  const stub = await startApiStub(t, () => undefined);
  const identity = { ...stub.identity, server: 'http://127.0.0.1:1' };
  const transport = new Transport({ identity, userAgent: 'x' });
  t.after(() => transport.close());
  const error = await failure(transport.request(get));
  assert.equal(error.reason, 'Unreachable');
  assert.match(error.message, /Unreachable: no answer from http:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/);
});

/** Answers these in turn, then 200. */
function inTurn(...turns: Script[]): Script {
  return (asked, response) => (turns.shift() ?? ((_, it) => reply(it, 200, { done: true })))(asked, response);
}
const busy = (after?: string): Script => {
  return (_, it) => refuse(it, 429, 'TooManyRequests', after === undefined ? {} : { 'retry-after': after });
};
const starting: Script = (_, it) => refuse(it, 503, 'ServiceUnavailable', { 'retry-after': '1' });

test('429 is waited out at least as long as the server asks, whatever the method', async (t) => {
  const { clock, stub, transport } = await start(t, inTurn(busy('2')));
  const pending = transport.request(post);
  assert.equal(await clock.untilWaiting(1, 10_000), 2_200);
  assert.equal(stub.asked.length, 1);
  clock.advance(2_200);
  assert.deepEqual(await pending, { done: true });
});

test('429 without a time is tried again after a second', async (t) => {
  const { clock, transport } = await start(t, inTurn(busy()));
  const pending = transport.request(get);
  clock.advance(await clock.untilWaiting(1_000, 1_200));
  await pending;
});

test('a server that stays busy is asked four times in all', async (t) => {
  const { clock, stub, transport } = await start(t, inTurn(busy('1'), busy('1'), busy('1'), busy('1')));
  const pending = failure(transport.request(get));
  for (let n = 0; n < 3; n += 1) clock.advance(await clock.untilWaiting(1_000, 1_200));
  const error = await pending;
  assert.deepEqual([error.status, error.retryAfterMs, stub.asked.length], [429, 1_000, 4]);
});

test('a longer wait is left to the caller, who learns how long it is', async (t) => {
  const { transport } = await start(t, inTurn(busy('30')));
  assert.equal((await failure(transport.request(get))).retryAfterMs, 30_000);
});

test('503 with a time is tried again if sending twice does no harm, and only then', async (t) => {
  const first = await start(t, inTurn(starting));
  const pending = first.transport.request({ ...post, method: 'PATCH', idempotent: true });
  first.clock.advance(await first.clock.untilWaiting(1_000, 1_200));
  assert.deepEqual(await pending, { done: true });

  const second = await start(t, inTurn(starting));
  assert.equal((await failure(second.transport.request(post))).status, 503);
  assert.equal(second.stub.asked.length, 1);
});

test('500 is not tried again: the caller knows better when', async (t) => {
  const { stub, transport } = await start(
    t,
    inTurn((_, it) => refuse(it, 500, 'InternalError')),
  );
  assert.equal((await failure(transport.request(get))).status, 500);
  assert.equal(stub.asked.length, 1);
});

test('a connection that breaks under a request is replaced once, if sending twice does no harm', async (t) => {
  const hangUp: Script = (_, it) => void it.socket?.destroy();
  const first = await start(t, inTurn(hangUp));
  assert.deepEqual(await first.transport.request(get), { done: true });

  const second = await start(t, inTurn(hangUp));
  assert.equal((await failure(second.transport.request(post))).reason, 'Unreachable');
  assert.equal(second.stub.asked.length, 1);
});

test('with 401 the credentials are read again, and the request sent once more', async (t) => {
  const { stub, transport } = await startWithTokens(t, ['old', 'new'], 'new');
  assert.deepEqual(await transport.request(post), { done: true });
  assert.deepEqual(
    stub.asked.map(({ headers }) => headers.authorization),
    ['Bearer old', 'Bearer new'],
  );
});

test('a second 401 is the answer', async (t) => {
  const { stub, transport } = await startWithTokens(t, ['old', 'older', 'oldest'], 'new');
  assert.equal((await failure(transport.request(get))).status, 401);
  assert.equal(stub.asked.length, 2);
});

test('many requests that are refused together read the credentials once', async (t) => {
  const { reads, transport } = await startWithTokens(t, ['old', 'new', 'unused'], 'new');
  await Promise.all(Array.from({ length: 8 }, () => transport.request(get)));
  assert.equal(reads(), 2);
});

test('a watch, too, is tried again with other credentials', async (t) => {
  const { transport } = await startWithTokens(t, ['old', 'new'], 'new');
  const bytes = await transport.stream(get);
  assert.equal(await text(bytes), '{"done":true}');
});

test('credentials that cannot be read are reported as the reason', async (t) => {
  const stub = await startApiStub(t, () => undefined);
  const read = () => Promise.reject(new Error('token file missing'));
  const transport = new Transport({ identity: { ...stub.identity, read }, userAgent: 'x' });
  t.after(() => transport.close());
  assert.equal((await failure(transport.request(get))).message, 'GET all things: Unreachable: token file missing');
});

test('while a server cannot be reached, credentials are read again every 5 s: its CA may be another now', async (t) => {
  const clock = new FakeClock();
  let reads = 0;
  const read = () => {
    reads += 1;
    return Promise.resolve({ headers: {}, tls: {} });
  };
  const identity = { server: 'https://127.0.0.1:1', proxyUrl: undefined, read };
  const transport = new Transport({ identity, userAgent: 'x', clock });
  t.after(() => transport.close());
  for (const expected of [1, 1, 2, 2, 3]) {
    assert.equal((await failure(transport.request(post))).reason, 'Unreachable');
    assert.equal(reads, expected);
    clock.advance(2_500);
  }
});

/** A server that knows one token, and a client that reads these in turn. */
async function startWithTokens(t: TestContext, tokens: readonly string[], known: string) {
  const script: Script = ({ headers }, response) => {
    if (headers.authorization === `Bearer ${known}`) reply(response, 200, { done: true });
    else refuse(response, 401, 'Unauthorized');
  };
  const stub = await startApiStub(t, script);
  let reads = 0;
  const read = () => {
    const token = tokens[reads] ?? assert.fail('read too often');
    reads += 1;
    return Promise.resolve({ headers: { authorization: `Bearer ${token}` }, tls: {} });
  };
  const transport = new Transport({ identity: { ...stub.identity, read }, userAgent: 'x', clock: new FakeClock() });
  t.after(() => transport.close());
  return { stub, transport, reads: () => reads };
}

test('connections stay when credentials are read again and say the same, and are replaced when certificates change', async (t) => {
  const stub = await startApiStub(t, (_, response) => reply(response, 200, {}));
  const clock = new FakeClock();
  let ca = 'first';
  const read = () => Promise.resolve({ headers: {}, tls: { ca: Buffer.from(ca), servername: undefined } });
  const transport = new Transport({ identity: { ...stub.identity, read }, userAgent: 'x', clock, connections: 1 });
  t.after(() => transport.close());
  const expected = [1, 1, 2];
  for (const connections of expected) {
    await transport.request(get);
    assert.equal(stub.connections(), connections);
    clock.advance(60_000);
    if (connections === 1 && stub.asked.length === 2) ca = 'second';
  }
  await eventually(() => stub.openConnections() === 1, {
    timeoutMs: 3_000,
    intervalMs: 1,
    what: 'the end of the old one',
  });
});

test('a stream has a deadline for its beginning only', async (t) => {
  let response: ServerResponse | undefined;
  const { clock, transport } = await start(t, (_, it) => {
    response = it;
    it.writeHead(200).write('a\n');
  });
  const bytes = await transport.stream(get);
  clock.advance(1_000_000);
  const chunks = bytes[Symbol.asyncIterator]();
  assert.equal(String((await chunks.next()).value), 'a\n');
  response?.end('b\n');
  assert.equal(String((await chunks.next()).value), 'b\n');
  assert.equal((await chunks.next()).done, true);
});

test('a stream that does not begin ends at its deadline', async (t) => {
  const { clock, transport } = await start(t, () => undefined);
  const pending = failure(transport.stream(get));
  await clock.untilWaiting(30_000, 30_000);
  clock.advance(30_000);
  assert.equal((await pending).reason, 'DeadlineExceeded');
});

test('a stream that its reader leaves is closed', async (t) => {
  const closed = new EventTarget();
  const { transport } = await start(t, (_, it) => {
    it.on('close', () => closed.dispatchEvent(new Event('closed')));
    it.writeHead(200).write('a\n');
  });
  const seen = once(closed, 'closed');
  for await (const chunk of await transport.stream(get)) {
    assert.equal(String(chunk), 'a\n');
    break;
  }
  await seen;
});

test('a stream that its caller aborts throws the reason of the abort', async (t) => {
  const { transport } = await start(t, (_, it) => void it.writeHead(200).write('a\n'));
  const controller = new AbortController();
  const chunks = (await transport.stream({ ...get, signal: controller.signal }))[Symbol.asyncIterator]();
  await chunks.next();
  const next = assert.rejects(chunks.next(), /enough/);
  controller.abort(new Error('enough'));
  await next;
});

test('a stream whose connection breaks throws an error that names it', async (t) => {
  const { stub, transport } = await start(t, (_, it) => void it.writeHead(200).write('a\n'));
  const chunks = (await transport.stream({ ...get, verb: 'WATCH' }))[Symbol.asyncIterator]();
  await chunks.next();
  const pending = failure(chunks.next());
  stub.cut();
  assert.match((await pending).message, /^WATCH all things: Unreachable: no answer from/);
});

test('each attempt is reported, for metrics', async (t) => {
  const reports: unknown[] = [];
  const onAttempt = ({ method, verb, status }: { method: string; verb: string; status: number | undefined }) =>
    reports.push([method, verb, status]);
  const { clock, transport } = await start(t, inTurn(busy('1')), { onAttempt });
  const pending = transport.request({ ...get, verb: 'LIST' });
  clock.advance(await clock.untilWaiting(1_000, 1_200));
  await pending;
  assert.deepEqual(reports, [
    ['GET', 'LIST', 429],
    ['GET', 'LIST', 200],
  ]);
});

test('close ends what is under way', async (t) => {
  const { clock, transport } = await start(t, () => undefined);
  const pending = failure(transport.request(post));
  await clock.untilWaiting(30_000, 30_000);
  await settled();
  await transport.close();
  assert.equal((await pending).reason, 'Unreachable');
});

test('a write that waited for a connection is not sent if it may no longer be, when its turn comes', async (t) => {
  const held: (() => void)[] = [];
  const stub = await startApiStub(t, (_, response) => {
    held.push(() => reply(response, 200, {}));
  });
  const transport = new Transport({ identity: stub.identity, userAgent: 'test', connections: 1 });
  t.after(() => transport.close());
  const call = { method: 'PATCH', path: '/x', target: 'Thing x', body: {} } as const;
  const first = transport.request(call);
  let mayWrite = true;
  const refusal = new KubeError({ verb: 'PATCH', target: 'Thing x', reason: 'NotLeading', message: 'not any more' });
  const beforeSend = (): void => {
    if (!mayWrite) throw refusal;
  };
  const second = transport.request({ ...call, beforeSend });
  await eventually(() => held.length === 1, { timeoutMs: 5_000, what: 'the first' });
  mayWrite = false;
  held[0]?.();
  await first;
  await assert.rejects(second, (error) => error === refusal);
  assert.equal(stub.asked.length, 1);
  mayWrite = true;
  const third = transport.request({ ...call, beforeSend });
  await eventually(() => held.length === 2, { timeoutMs: 5_000, what: 'the third' });
  held[1]?.();
  await third;
});

test('an abort is heard while a request waits for a connection, and the request is never sent', async (t) => {
  const held: (() => void)[] = [];
  const stub = await startApiStub(t, (_, response) => {
    held.push(() => reply(response, 200, {}));
  });
  const stop = new AbortController();
  const transport = new Transport({ identity: stub.identity, userAgent: 'test', connections: 1, signal: stop.signal });
  t.after(() => transport.close());
  const own = new AbortController();
  const call = { method: 'GET', path: '/x', target: 'Thing x' } as const;
  const first = transport.request(call);
  const second = transport.request({ ...call, signal: own.signal });
  const third = transport.request({ ...call, signal: new AbortController().signal });
  await eventually(() => held.length === 1, { timeoutMs: 5_000, what: 'the first' });
  const reason = new Error('enough');
  own.abort(reason);
  await assert.rejects(second, (error) => error === reason);
  held[0]?.();
  await first;
  await eventually(() => held.length === 2, { timeoutMs: 5_000, what: 'the third' });
  stop.abort(reason);
  await assert.rejects(third, (error) => error === reason, 'the signal of the transport ends all');
  assert.equal(stub.asked.length, 2);
});

test('of a refusal without end the beginning is read, and the connection given up', async (t) => {
  const endless: Script = (_, response) => {
    const send = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(1 << 16, 'x')));
    };
    response.writeHead(500).on('drain', send);
    send();
  };
  const { stub, transport } = await start(t, endless);
  for (const asked of [transport.stream(get), transport.request(post)]) {
    const error = await failure(asked);
    assert.deepEqual([error.status, error.serverMessage], [500, 'x'.repeat(200)]);
  }
  await eventually(() => stub.openConnections() === 0, { timeoutMs: 5_000, what: 'connections that are given up' });
});
