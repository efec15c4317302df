import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import { KubeClient } from '../../src/kube/client.ts';
import { isExpired, isNotFound } from '../../src/kube/errors.ts';
import { type Change, Reflector, type ReflectorOptions } from '../../src/kube/reflector.ts';
import type { KubeObject, ResourceType } from '../../src/kube/resource.ts';
import { Transport } from '../../src/kube/transport.ts';
import { eventually } from '../control-plane/eventually.ts';
import { type Asked, type Script, refuse, reply, startApiStub, statusOf } from './api-stub.ts';
import { FakeClock } from './fake-clock.ts';

const things: ResourceType = { apiVersion: 'example.com/v1', kind: 'Thing', plural: 'things', namespaced: true };

function thing(name: string, version: number, uid = `${name}-1`) {
  return { metadata: { namespace: 'shop', name, uid, resourceVersion: String(version) } };
}

/** A watch that is open, seen from the server. */
class OpenWatch {
  readonly asked: Asked;
  readonly #response: ServerResponse;

  constructor(asked: Asked, response: ServerResponse) {
    this.asked = asked;
    this.#response = response;
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
  }

  get isClosed(): boolean {
    return this.#response.destroyed;
  }

  get from(): string | null {
    return this.asked.query.get('resourceVersion');
  }

  send(type: string, object: object): void {
    this.write(`${JSON.stringify({ type, object })}\n`);
  }

  bookmark(version: number): void {
    this.send('BOOKMARK', { metadata: { resourceVersion: String(version) } });
  }

  write(text: string): void {
    this.#response.write(text);
  }

  /** Ends the answer in good order, as the API server does after timeoutSeconds. */
  close(): void {
    this.#response.end();
  }

  cut(): void {
    this.#response.socket?.destroy();
  }
}

/** A reflector against a server with these objects, and everything there is to see of it. */
async function start(t: TestContext, options: Partial<ReflectorOptions<KubeObject>> & { lists?: Script[] } = {}) {
  const world = { items: [thing('a', 90)], version: 100 };
  /** Answer the next lists and watches instead of the usual. */
  const instead: { list: Script[]; watch: Script[] } = { list: options.lists ?? [], watch: [] };
  const watches: OpenWatch[] = [];
  const stub = await startApiStub(t, async (asked, response) => {
    if (asked.query.get('watch') === 'true') {
      const script = instead.watch.shift() ?? ((_, it) => void watches.push(new OpenWatch(asked, it)));
      await script(asked, response);
      return;
    }
    const list = { metadata: { resourceVersion: String(world.version) }, items: world.items };
    await (instead.list.shift() ?? ((_, it) => reply(it, 200, list)))(asked, response);
  });
  const clock = new FakeClock();
  /** Of the transport, so that its deadlines are not mistaken for the reflector's waits. */
  const networkClock = new FakeClock();
  const random = () => 0.5;
  const transport = new Transport({ identity: stub.identity, userAgent: 'test', clock: networkClock, random });
  const changes: string[] = [];
  const errors: unknown[] = [];
  const reflector = new Reflector<KubeObject>({
    client: new KubeClient({ transport, random }),
    ...{ type: things, clock, random },
    onChange: (change) => changes.push(describe(change)),
    onError: (error) => errors.push(error),
    ...options,
  });
  const controller = new AbortController();
  const ended = reflector.run(controller.signal);
  t.after(async () => {
    controller.abort();
    await ended;
    await transport.close();
  });
  const until = (check: () => boolean, what: string) => eventually(check, { timeoutMs: 3_000, intervalMs: 1, what });
  let taken = 0;
  return {
    ...{ world, instead, stub, clock, networkClock, changes, errors, reflector, ended, until },
    abort: () => controller.abort(),
    lists: () => stub.asked.filter(({ query }) => query.get('watch') === null),
    /** The next watch that is opened. */
    nextWatch: async (): Promise<OpenWatch> => {
      await until(() => watches.length > taken, 'a watch');
      taken += 1;
      return watches[taken - 1] ?? assert.fail();
    },
    /** Waits for the back-off, says how long it is, and lets it pass. */
    passBackoff: async (): Promise<number> => {
      const waitMs = await clock.untilWaiting(1, 54_999);
      clock.advance(waitMs);
      return waitMs;
    },
  };
}

function describe({ kind, object: { metadata } }: Change<KubeObject>): string {
  return `${kind} ${metadata.name} ${metadata.resourceVersion ?? ''}`;
}

test('what is listed is stored and reported, then watched from there', async (t) => {
  const { changes, errors, nextWatch, reflector } = await start(t);
  assert.equal(reflector.hasSynced, false);
  await reflector.synced;
  assert.equal(reflector.hasSynced, true);
  assert.deepEqual(changes, ['added a 90']);
  assert.deepEqual(reflector.get('shop/a'), { apiVersion: 'example.com/v1', kind: 'Thing', ...thing('a', 90) });
  assert.equal((await nextWatch()).from, '100');
  assert.deepEqual(errors, []);
});

const page = (metadata: object, ...items: object[]): Script => {
  return (_, it) => reply(it, 200, { metadata, items });
};

test('a list of many pages is one list, as of its first page', async (t) => {
  const pages = [
    page({ resourceVersion: '200', continue: 'two' }, thing('b', 91)),
    page({ resourceVersion: '201', continue: 'three' }, thing('c', 92)),
    page({ resourceVersion: '202' }, thing('d', 93)),
  ];
  const { changes, lists, nextWatch } = await start(t, { lists: pages });
  assert.equal((await nextWatch()).from, '200');
  assert.deepEqual(changes, ['added b 91', 'added c 92', 'added d 93']);
  assert.deepEqual(
    lists().map(({ query }) => [query.get('limit'), query.get('continue')]),
    [
      ['100', null],
      ['100', 'two'],
      ['100', 'three'],
    ],
  );
});

test('a list whose continuation has expired is read once more from its first page, and ends as that says', async (t) => {
  const first = page({ resourceVersion: '99', continue: 'two' }, thing('a', 80), thing('x', 81));
  const { changes, errors, lists, nextWatch, reflector } = await start(t, {
    lists: [first, (_, it) => refuse(it, 410, 'Expired')],
  });
  assert.equal((await nextWatch()).from, '100');
  assert.deepEqual(changes, ['added a 80', 'added x 81', 'updated a 90', 'deleted x 81']);
  assert.deepEqual(
    [...reflector.values()].map(({ metadata }) => metadata.name),
    ['a'],
  );
  assert.deepEqual(
    lists().map(({ query }) => [query.get('limit'), query.get('continue')]),
    [
      ['100', null],
      ['100', 'two'],
      ['100', null],
    ],
  );
  assert.deepEqual(errors, []);
});

test('a list whose continuation expires again and again fails, and is tried again after a while', async (t) => {
  const first = page({ resourceVersion: '99', continue: 'two' }, thing('a', 80));
  const expired: Script = (_, response) => refuse(response, 410, 'Expired');
  const { errors, passBackoff, reflector } = await start(t, { lists: [first, expired, first, expired] });
  assert.ok((await passBackoff()) > 0);
  await reflector.synced;
  assert.deepEqual(errors.map(isExpired), [true]);
});

test('a page that is too large to be read is asked for in smaller ones, which grow again', async (t) => {
  const many = Array.from({ length: 40 }, (_, index) => thing(`t${index}`, index + 1));
  const flood = Buffer.alloc(1 << 20, ' ');
  const list: Script = ({ query }, response) => {
    const [from, limit] = [Number(query.get('continue') ?? 0), Number(query.get('limit'))];
    response.setHeader('content-type', 'application/json');
    // Ten objects are what fits.
    if (limit > 10 && from < 20) return void response.end(Buffer.concat(Array.from({ length: 33 }, () => flood)));
    const items = many.slice(from, from + limit);
    const rest = from + limit < many.length ? { continue: `${from + limit}` } : {};
    response.end(JSON.stringify({ metadata: { resourceVersion: '100', ...rest }, items }));
  };
  const { errors, lists, reflector } = await start(t, { lists: Array.from({ length: 20 }, () => list) });
  await reflector.synced;
  assert.equal(reflector.size, 40);
  assert.deepEqual(
    lists().map(({ query }) => [query.get('limit'), query.get('continue') ?? '0']),
    [
      ...['100', '25', '7'].map((limit) => [limit, '0']),
      ...['13', '4'].map((limit) => [limit, '7']),
      ...[
        ['7', '11'],
        ['9', '18'],
        ['12', '27'],
        ['15', '39'],
      ],
    ],
  );
  assert.deepEqual(errors, []);
});

test('a single object that is too large to be read is an error that says so', async (t) => {
  const list: Script = (_, response) => {
    response.setHeader('content-type', 'application/json').end(Buffer.alloc(33 << 20, ' '));
  };
  const { errors, passBackoff, lists } = await start(t, { lists: Array.from({ length: 5 }, () => list) });
  assert.ok((await passBackoff()) > 0);
  assert.match(String(errors[0]), /things: AnswerTooLarge: expected an answer of at most 32 MiB, found more/);
  assert.deepEqual(
    lists().map(({ query }) => query.get('limit')),
    ['100', '25', '7', '2', '1'],
  );
});

test('a list that comes back to the same page for ever is an error', async (t) => {
  const same = page({ resourceVersion: '99', continue: 'two' }, thing('a', 80));
  const { errors, passBackoff, lists } = await start(t, { lists: [same, same, same] });
  assert.ok((await passBackoff()) > 0);
  assert.match(String(errors[0]), /things: UnusableAnswer: the same page came twice/);
  assert.equal(lists().length, 2);
});

test('a namespace and a selector apply to lists and watches alike', async (t) => {
  const { lists, nextWatch } = await start(t, { namespace: 'shop', labelSelector: 'app=web' });
  const watch = await nextWatch();
  for (const { path, query } of [lists()[0] ?? assert.fail(), watch.asked]) {
    assert.equal(path, '/apis/example.com/v1/namespaces/shop/things');
    assert.equal(query.get('labelSelector'), 'app=web');
  }
});

test('a watch asks for bookmarks and for an end after five to ten minutes', async (t) => {
  const { nextWatch } = await start(t);
  const { query } = (await nextWatch()).asked;
  assert.equal(query.get('allowWatchBookmarks'), 'true');
  assert.equal(query.get('timeoutSeconds'), '450');
});

test('events change the store and are reported', async (t) => {
  const { changes, nextWatch, reflector, until } = await start(t);
  const watch = await nextWatch();
  watch.send('ADDED', thing('b', 101));
  watch.send('MODIFIED', thing('a', 102));
  watch.send('DELETED', thing('b', 103));
  await until(() => changes.length === 4, 'three changes');
  assert.deepEqual(changes, ['added a 90', 'added b 101', 'updated a 102', 'deleted b 101']);
  assert.deepEqual(
    [...reflector.values()].map(({ metadata }) => metadata.name),
    ['a'],
  );
  assert.equal(reflector.stats.events, 3);
});

test('a watch that the server ends after a good while is resumed at once from the last event', async (t) => {
  const { changes, clock, errors, lists, nextWatch, until } = await start(t);
  const watch = await nextWatch();
  watch.send('MODIFIED', thing('a', 107));
  await until(() => changes.length === 2, 'the change');
  clock.advance(30_000);
  watch.close(); // and the clock stands still from here
  assert.equal((await nextWatch()).from, '107');
  assert.equal(lists().length, 1);
  assert.deepEqual(errors, []);
});

test('a bookmark moves the place where a watch is resumed', async (t) => {
  const { clock, nextWatch, reflector, until } = await start(t);
  const watch = await nextWatch();
  watch.bookmark(150);
  await until(() => reflector.stats.events === 1, 'the bookmark');
  clock.advance(30_000);
  watch.close();
  assert.equal((await nextWatch()).from, '150');
});

test('watches that the server ends at once are resumed after ever longer waits, up to five seconds', async (t) => {
  const { lists, nextWatch, passBackoff } = await start(t);
  const waits: number[] = [];
  for (let n = 0; n < 6; n += 1) {
    (await nextWatch()).close();
    waits.push(await passBackoff());
  }
  assert.deepEqual(waits, [500, 1_000, 2_000, 4_000, 5_000, 5_000]);
  assert.equal(lists().length, 1);
});

test('watches that were granted and break off are resumed after waits of at most five seconds, too', async (t) => {
  const { lists, nextWatch, passBackoff } = await start(t);
  const waits: number[] = [];
  for (let n = 0; n < 6; n += 1) {
    (await nextWatch()).cut();
    waits.push(await passBackoff());
  }
  assert.deepEqual(waits, [500, 1_000, 2_000, 4_000, 5_000, 5_000]);
  assert.equal(lists().length, 1);
});

test('a watch that lived for a good while ends the series of waits', async (t) => {
  const { clock, nextWatch, passBackoff } = await start(t);
  for (let n = 0; n < 3; n += 1) {
    (await nextWatch()).close();
    await passBackoff();
  }
  const good = await nextWatch();
  clock.advance(30_000);
  good.cut();
  assert.equal(await passBackoff(), 500);
});

test('a watch that breaks is resumed where it broke', async (t) => {
  const { changes, errors, lists, nextWatch, passBackoff, until } = await start(t);
  const watch = await nextWatch();
  watch.send('MODIFIED', thing('a', 101));
  await until(() => changes.length === 2, 'the change');
  watch.cut();
  assert.equal(await passBackoff(), 500);
  assert.equal((await nextWatch()).from, '101');
  assert.equal(lists().length, 1);
  assert.match(String(errors[0]), /WATCH all things: Unreachable/);
});

for (const status of [500, 502, 503, 403] as const) {
  test(`a watch that is answered ${status} is tried again`, async (t) => {
    const { errors, instead, lists, nextWatch, passBackoff } = await start(t);
    instead.watch.push((_, it) => refuse(it, status, 'Whatever'));
    assert.equal(await passBackoff(), 500);
    assert.equal((await nextWatch()).from, '100');
    assert.equal(lists().length, 1);
    assert.match(String(errors[0]), new RegExp(`WATCH all things: ${status}`));
  });
}

test('errors in a row are answered with ever longer waits, up to thirty seconds, and never less than the server asks', async (t) => {
  const { instead, nextWatch, passBackoff } = await start(t);
  const watch = await nextWatch();
  const refusals = Array.from({ length: 7 }, (): Script => (_, it) => refuse(it, 500, 'InternalError'));
  instead.watch.push(...refusals, (_, it) => refuse(it, 429, 'TooManyRequests', { 'retry-after': '45' }));
  watch.cut();
  const waits: number[] = [];
  for (let n = 0; n < 9; n += 1) waits.push(await passBackoff());
  assert.deepEqual(waits, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 45_000]);
});

test('a list that fails is tried again', async (t) => {
  const { changes, errors, instead, nextWatch, passBackoff, world } = await start(t);
  const watch = await nextWatch();
  instead.list.push(
    (_, it) => refuse(it, 500, 'InternalError'),
    (_, it) => void it.end('{"items":'),
  );
  world.items = [];
  world.version = 200;
  watch.send('ERROR', statusOf(410, 'Expired'));
  for (const waitMs of [500, 1_000, 2_000]) assert.equal(await passBackoff(), waitMs);
  assert.equal((await nextWatch()).from, '200');
  assert.deepEqual(changes, ['added a 90', 'deleted a 90']);
  assert.equal(errors.length, 3);
});

for (const form of ['as HTTP status', 'as event'] as const) {
  test(`410 ${form}: everything is listed anew, and what went or was recreated meanwhile is reported`, async (t) => {
    const { changes, errors, instead, nextWatch, passBackoff, until, world } = await start(t);
    const watch = await nextWatch();
    watch.send('ADDED', thing('b', 101));
    watch.send('ADDED', thing('c', 102));
    await until(() => changes.length === 3, 'the additions');
    world.items = [thing('b', 150, 'another'), thing('c', 102)];
    world.version = 200;
    if (form === 'as event') {
      watch.send('ERROR', statusOf(410, 'Expired'));
    } else {
      instead.watch.push((_, it) => refuse(it, 410, 'Expired'));
      watch.close();
      await passBackoff();
    }
    await passBackoff();
    assert.equal((await nextWatch()).from, '200');
    assert.deepEqual(changes.slice(3), ['deleted b 101', 'added b 150', 'deleted a 90']);
    assert.ok(errors.some(isExpired));
  });
}

test('410 again and again does not become a storm of lists', async (t) => {
  const { instead, lists, nextWatch, passBackoff } = await start(t);
  const watch = await nextWatch();
  instead.watch.push(...Array.from({ length: 4 }, (): Script => (_, it) => refuse(it, 410, 'Expired')));
  watch.cut();
  const waits = [];
  for (let n = 0; n < 5; n += 1) waits.push(await passBackoff());
  assert.deepEqual(waits, [500, 1_000, 2_000, 4_000, 8_000]);
  await nextWatch();
  assert.equal(lists().length, 5);
});

test('an error event that is not about age resumes the watch', async (t) => {
  const { lists, nextWatch, passBackoff } = await start(t);
  (await nextWatch()).send('ERROR', statusOf(500, 'InternalError'));
  await passBackoff();
  assert.equal((await nextWatch()).from, '100');
  assert.equal(lists().length, 1);
});

test('an event that is cut off is brought again by the next watch', async (t) => {
  const { changes, lists, nextWatch, passBackoff, reflector, until } = await start(t);
  const watch = await nextWatch();
  watch.send('MODIFIED', thing('a', 101));
  watch.write('{"type":"MODIFIED","object":{"metadata":{"na');
  await until(() => changes.length === 2, 'the first event');
  watch.close();
  await passBackoff();
  const next = await nextWatch();
  assert.equal(next.from, '101');
  next.send('MODIFIED', thing('a', 102));
  await until(() => changes.length === 3, 'the second event');
  assert.deepEqual([lists().length, reflector.stats.malformed], [1, 0]);
});

for (const [name, line] of [
  ['no JSON', '{"type":"MODIFIED","object":{"meta\n'],
  ['an unknown type', '{"type":"RENAMED","object":{"metadata":{}}}\n'],
] as const) {
  test(`a line that is ${name} is counted, and a list heals what it may have said`, async (t) => {
    const { changes, nextWatch, passBackoff, reflector, until, world } = await start(t);
    const watch = await nextWatch();
    world.items = [thing('a', 150)];
    world.version = 160;
    watch.write(line);
    await passBackoff();
    assert.equal((await nextWatch()).from, '160');
    await until(() => watch.isClosed, 'the end of the old watch');
    assert.deepEqual(changes, ['added a 90', 'updated a 150']);
    assert.equal(reflector.stats.malformed, 1);
  });
}

test('a replay of old events by a server that lags changes nothing', async (t) => {
  const { changes, nextWatch, passBackoff, reflector, until } = await start(t);
  const watch = await nextWatch();
  watch.send('ADDED', thing('b', 120));
  watch.send('DELETED', thing('b', 130));
  await until(() => changes.length === 3, 'the changes');
  watch.cut();
  await passBackoff();
  const lagging = await nextWatch();
  lagging.send('ADDED', thing('b', 120));
  lagging.send('MODIFIED', thing('a', 95));
  lagging.send('DELETED', { metadata: { ...thing('a', 96).metadata, uid: 'predecessor' } });
  lagging.send('MODIFIED', thing('a', 131));
  await until(() => changes.length === 4, 'the one that is new');
  assert.deepEqual(changes.slice(3), ['updated a 131']);
  assert.equal(reflector.stats.stale, 3);
});

test('a bookmark from the past leads to a list, which is not believed either if it is older than what was seen', async (t) => {
  const { changes, errors, nextWatch, passBackoff, until, world } = await start(t);
  const watch = await nextWatch();
  world.items = [];
  world.version = 60;
  watch.bookmark(60);
  await passBackoff();
  await until(() => errors.length === 2, 'the list that is not believed');
  world.items = [thing('a', 90)];
  world.version = 140;
  await passBackoff();
  assert.equal((await nextWatch()).from, '140');
  assert.deepEqual(changes, ['added a 90']);
  assert.match(String(errors[0]), /expected a bookmark not older than version 100, found 60; listed again/);
  assert.match(String(errors[1]), /expected a list not older than version 100, found 60; listed again/);
});

test('a history that stays behind for a minute was rolled back, and counts', async (t) => {
  const { changes, nextWatch, passBackoff, world } = await start(t);
  const watch = await nextWatch();
  world.items = [thing('a', 50)];
  world.version = 60;
  watch.bookmark(60);
  const waits: number[] = [];
  for (let n = 0; n < 8; n += 1) waits.push(await passBackoff());
  assert.deepEqual(waits, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  assert.equal((await nextWatch()).from, '60');
  assert.deepEqual(changes, ['added a 90', 'updated a 50']);
});

test('a watch that falls silent is begun anew within a minute, and nobody is told of an error', async (t) => {
  const { clock, errors, nextWatch, reflector, until } = await start(t);
  const watch = await nextWatch();
  clock.advance(50_000);
  watch.bookmark(110);
  await until(() => reflector.stats.events === 1, 'the bookmark');
  clock.advance(54_999);
  assert.deepEqual(clock.delays, [55_000], 'the time counts from the bookmark');
  assert.equal(reflector.stats.silentForMs, 54_999);
  clock.advance(1);
  await until(() => watch.isClosed, 'the end');
  assert.equal((await nextWatch()).from, '110');
  assert.deepEqual(errors, []);
  assert.equal(reflector.stats.watchEnds.silent, 1);
});

test('a server that takes the watch but never answers is given up after the deadline of a request', async (t) => {
  const { networkClock, errors, instead, nextWatch, passBackoff, stub, until } = await start(t);
  const watch = await nextWatch();
  instead.watch.push(() => undefined);
  watch.cut();
  await passBackoff();
  await until(() => stub.asked.length === 3, 'the second watch');
  networkClock.advance(30_000);
  await passBackoff();
  await nextWatch();
  assert.match(String(errors.at(-1)), /DeadlineExceeded/);
});

test('a resource type that does not exist yet is waited for', async (t) => {
  const lists: Script[] = [
    (_, it) => void it.writeHead(404).end('404 page not found\n'),
    (_, it) => refuse(it, 404, 'NotFound'),
  ];
  const { changes, errors, nextWatch, passBackoff, reflector } = await start(t, { lists });
  await passBackoff();
  await passBackoff();
  await reflector.synced;
  await nextWatch();
  assert.deepEqual(changes, ['added a 90']);
  assert.equal(errors.filter(isNotFound).length, 2);
});

test('an onChange that throws is reported, and the rest goes on', async (t) => {
  const seen: string[] = [];
  const onChange = (change: Change<KubeObject>) => {
    seen.push(describe(change));
    throw new Error(`cannot take ${seen.length}`);
  };
  const { errors, nextWatch, reflector, until } = await start(t, { onChange });
  const watch = await nextWatch();
  watch.send('MODIFIED', thing('a', 101));
  await until(() => seen.length === 2, 'the second change');
  assert.deepEqual(errors.map(String), ['Error: cannot take 1', 'Error: cannot take 2']);
  assert.equal(reflector.get('shop/a')?.metadata.resourceVersion, '101');
});

test('only what transform leaves is kept', async (t) => {
  const transform = (object: KubeObject): KubeObject => {
    const { name, namespace, uid, resourceVersion } = object.metadata;
    assert.ok(namespace !== undefined && uid !== undefined && resourceVersion !== undefined);
    return { ...object, metadata: { name, namespace, uid, resourceVersion } };
  };
  const labels = { many: 'labels' };
  const lists = [page({ resourceVersion: '100' }, { metadata: { ...thing('a', 90).metadata, labels } })];
  const { changes, nextWatch, reflector, until } = await start(t, { transform, lists });
  const watch = await nextWatch();
  watch.send('ADDED', { metadata: { ...thing('b', 101).metadata, labels } });
  await until(() => changes.length === 2, 'both');
  for (const { metadata } of reflector.values()) assert.equal(metadata.labels, undefined);
});

test('our own write is there before the watch brings it, and is no change when it does', async (t) => {
  const { changes, nextWatch, reflector, until } = await start(t);
  const watch = await nextWatch();
  reflector.observe({ apiVersion: 'example.com/v1', kind: 'Thing', ...thing('a', 105) });
  assert.equal(reflector.get('shop/a')?.metadata.resourceVersion, '105');
  watch.send('MODIFIED', thing('a', 105));
  watch.send('ADDED', thing('b', 106));
  await until(() => changes.length === 2, 'the other change');
  assert.deepEqual(changes, ['added a 90', 'added b 106']);
});

test('an abort ends everything at once, also in the middle of a wait', async (t) => {
  const waiting = await start(t);
  (await waiting.nextWatch()).close();
  await waiting.clock.untilWaiting(500, 500);
  waiting.abort();
  await waiting.ended;

  const watching = await start(t);
  const watch = await watching.nextWatch();
  watching.abort();
  await watching.ended;
  await watching.until(() => watch.isClosed, 'the end of the watch');
  assert.deepEqual(watching.errors, []);
  assert.deepEqual(watching.clock.delays, []);
});

/** An object that Kubernetes keeps and V8 reads, but does not write as text again. */
function deep(name: string, version: number): string {
  const fields = `${'{"f:a":'.repeat(6_000)}{}${'}'.repeat(6_000)}`;
  const metadata = JSON.stringify(thing(name, version).metadata).slice(0, -1);
  return `{"metadata":${metadata},"managedFields":[{"manager":"m","fieldsV1":${fields}}]}}`;
}

test('an object that cannot be kept is told, and keeps no other from being kept: in a list', async (t) => {
  const items = [deep('a', 90), JSON.stringify(thing('b', 91))].join(',');
  const list: Script = (_, response) =>
    void response
      .setHeader('content-type', 'application/json')
      .end(`{"metadata":{"resourceVersion":"100"},"items":[${items}]}`);
  const { reflector, errors } = await start(t, { asText: true, lists: [list] });
  await reflector.synced;
  assert.equal(reflector.get('shop/a'), undefined);
  assert.deepEqual(reflector.get('shop/b')?.metadata.name, 'b');
  assert.match(String(errors[0]), /things: UnusableAnswer: shop\/a cannot be kept/);
  assert.deepEqual([errors.length, reflector.stats.malformed], [1, 1]);
});

test('an object that cannot be kept is told, and keeps no other from being kept: in a watch', async (t) => {
  const { reflector, errors, nextWatch, until } = await start(t, { asText: true });
  const watch = await nextWatch();
  watch.write(`{"type":"MODIFIED","object":${deep('a', 101)}}\n`);
  watch.send('ADDED', thing('b', 102));
  await until(() => reflector.get('shop/b') !== undefined, 'the object after it');
  assert.equal(reflector.get('shop/a')?.metadata.resourceVersion, '90');
  assert.match(String(errors[0]), /shop\/a cannot be kept, and is taken for what it was before/);
  assert.deepEqual([errors.length, reflector.stats.watches, watch.isClosed], [1, 1, false]);
});

test('an object that cannot be made smaller is told, and is not gone for a list that has it', async (t) => {
  const transform = (object: KubeObject): KubeObject => {
    if (object.metadata.resourceVersion === '150') throw new Error('too deep');
    return object;
  };
  const { changes, errors, nextWatch, passBackoff, reflector, world } = await start(t, { transform });
  const watch = await nextWatch();
  world.items = [thing('a', 150), thing('b', 151)];
  world.version = 200;
  watch.send('ERROR', statusOf(410, 'Expired'));
  await passBackoff();
  assert.equal((await nextWatch()).from, '200');
  assert.deepEqual(changes, ['added a 90', 'added b 151']);
  assert.equal(reflector.get('shop/a')?.metadata.resourceVersion, '90');
  assert.match(String(errors[1]), /shop\/a cannot be kept, and is taken for what it was before: too deep/);
});
