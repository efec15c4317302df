import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { KubeObject } from '../../src/kube/resource.ts';
import { type Change, ObjectStore } from '../../src/kube/store.ts';

function thing(name: string, version: number | string, uid = `${name}-1`): KubeObject {
  const metadata = { namespace: 'shop', name, uid, resourceVersion: String(version) };
  return { apiVersion: 'example.com/v1', kind: 'Thing', metadata };
}

/** A store after a list of these, as of version 100. */
/** Takes in a whole list at once. */
function replace(
  store: ObjectStore<KubeObject>,
  objects: readonly KubeObject[],
  resourceVersion: string,
  rolledBack = false,
): Change<KubeObject>[] {
  const listing = store.beginList(resourceVersion, rolledBack);
  return [...objects.flatMap((object) => listing.put(object)), ...listing.end()];
}

function listed(...objects: KubeObject[]): ObjectStore<KubeObject> {
  const store = new ObjectStore<KubeObject>();
  replace(store, objects, '100');
  return store;
}

const words = (changes: readonly Change<KubeObject>[]) =>
  changes.map(
    ({ kind, object: { metadata } }) =>
      `${kind} ${metadata.name} ${metadata.uid ?? ''} ${metadata.resourceVersion ?? ''}`,
  );

test('a list is stored and reported', () => {
  const store = new ObjectStore<KubeObject>();
  assert.deepEqual(words(replace(store, [thing('a', 7), thing('b', 9)], '10')), ['added a a-1 7', 'added b b-1 9']);
  assert.equal(store.seenUpTo, '10');
  assert.equal(store.get('shop/a')?.metadata.resourceVersion, '7');
  assert.equal(store.size, 2);
});

test('events are stored and reported, with the state before', () => {
  const store = listed(thing('a', 90));
  assert.deepEqual(words(store.put(thing('b', 101))), ['added b b-1 101']);
  const [change] = store.put(thing('a', 102));
  assert.deepEqual([change?.kind, change?.previous?.metadata.resourceVersion], ['updated', '90']);
  assert.deepEqual(words(store.remove(thing('a', 103))), ['deleted a a-1 102']);
  assert.deepEqual(
    [...store.values()].map(({ metadata }) => metadata.name),
    ['b'],
  );
  assert.equal(store.seenUpTo, '103');
});

test('events that are not newer than what was seen are replays: nothing goes back in time, nothing rises from the dead', () => {
  const store = listed(thing('a', 90));
  store.put(thing('a', 102));
  store.remove(thing('b', 103));
  assert.deepEqual(store.put(thing('a', 101)), []);
  assert.deepEqual(store.put(thing('b', 95)), []);
  assert.deepEqual(store.remove(thing('a', 100)), []);
  assert.equal(store.get('shop/a')?.metadata.resourceVersion, '102');
  assert.equal(store.get('shop/b'), undefined);
  assert.equal(store.stale, 3);
});

test('another uid under the same name is a deletion and an addition', () => {
  const store = listed(thing('a', 90, 'first'));
  assert.deepEqual(words(store.put(thing('a', 105, 'second'))), ['deleted a first 90', 'added a second 105']);
  const relisted = listed(thing('a', 90, 'first'));
  assert.deepEqual(words(replace(relisted, [thing('a', 105, 'second')], '110')), [
    'deleted a first 90',
    'added a second 105',
  ]);
});

test('what is missing in a new list is reported as deleted, and what is the same is not reported', () => {
  const store = listed(thing('a', 90), thing('b', 91), thing('c', 92));
  assert.deepEqual(words(replace(store, [thing('a', 90), thing('b', 105)], '110')), [
    'updated b b-1 105',
    'deleted c c-1 92',
  ]);
});

test('a list that is older than what was seen is recognised', () => {
  const store = listed(thing('a', 90));
  assert.ok(store.isBehind('99'));
  assert.ok(!store.isBehind('100'));
  assert.ok(!new ObjectStore().isBehind('1'));
});

test('after a roll-back of history the list counts, whatever its versions', () => {
  const store = listed(thing('a', 90), thing('b', 91), thing('c', 92));
  assert.deepEqual(words(replace(store, [thing('a', 50), thing('b', 91)], '60', true)), [
    'updated a a-1 50',
    'deleted c c-1 92',
  ]);
  assert.equal(store.seenUpTo, '60');
  assert.deepEqual(words(store.put(thing('a', 61))), ['updated a a-1 61']);
});

test('a bookmark moves on what was seen, and one from the past is recognised', () => {
  const store = listed(thing('a', 90));
  assert.ok(store.bookmark('120'));
  assert.equal(store.seenUpTo, '120');
  assert.ok(!store.bookmark('119'));
  assert.equal(store.seenUpTo, '120');
  assert.deepEqual(store.put(thing('a', 110)), []);
});

test('versions that are no numbers are taken as they come', () => {
  const store = new ObjectStore<KubeObject>();
  replace(store, [thing('a', 'x')], 'l1');
  assert.deepEqual(words(store.put(thing('a', 'w'))), ['updated a a-1 w']);
  assert.equal(store.seenUpTo, 'w');
  assert.ok(store.bookmark('b'));
  assert.equal(store.seenUpTo, 'b');
});

test('our own write is there at once, is reported to nobody, and its event is no change', () => {
  const store = listed(thing('a', 90));
  store.observe(thing('a', 105));
  assert.equal(store.get('shop/a')?.metadata.resourceVersion, '105');
  assert.deepEqual(store.put(thing('a', 105)), []);
  assert.deepEqual(words(store.put(thing('a', 106))), ['updated a a-1 106']);
});

test('of two writes of our own, the event of the first is no change either', () => {
  const store = listed(thing('a', 90));
  store.observe(thing('a', 105));
  store.observe(thing('a', 107));
  assert.deepEqual(store.put(thing('a', 105)), []);
  assert.deepEqual(words(store.put(thing('a', 106))), ['updated a a-1 107']);
  assert.deepEqual(store.put(thing('a', 107)), []);
});

test('an object of ours that a list does not know yet stays', () => {
  const store = listed();
  store.observe(thing('a', 105));
  assert.deepEqual(replace(store, [], '104'), []);
  assert.ok(store.get('shop/a'));
  assert.deepEqual(words(replace(store, [], '106')), ['deleted a a-1 105']);
});

test('our own write, heard of late, does not undo what came after it', () => {
  const store = listed(thing('a', 90));
  store.put(thing('a', 106));
  store.observe(thing('a', 105));
  assert.equal(store.get('shop/a')?.metadata.resourceVersion, '106');
  store.remove(thing('a', 107));
  store.observe(thing('a', 105));
  assert.equal(store.get('shop/a'), undefined);
});

test('what others did before our own write is reported, though our write is in already', () => {
  const store = listed(thing('a', 90));
  store.observe(thing('a', 105));
  assert.deepEqual(words(store.put(thing('a', 104))), ['updated a a-1 105']);
  assert.equal(store.get('shop/a')?.metadata.resourceVersion, '105');
});

test('that a predecessor of our own object went is reported', () => {
  const store = listed(thing('a', 90, 'first'));
  store.observe(thing('a', 105, 'second'));
  assert.deepEqual(words(store.remove(thing('a', 104, 'first'))), ['deleted a first 104']);
  assert.equal(store.get('shop/a')?.metadata.uid, 'second');
});

test('before the first list our own write is not stored: nothing is known to be complete', () => {
  const store = new ObjectStore<KubeObject>();
  store.observe(thing('a', 5));
  assert.equal(store.size, 0);
});

/** One thing that happens in the property below. Numbers choose among what there is. */
const step = fc.oneof(
  fc.record({ do: fc.constantFrom('write', 'delete', 'ownWrite'), name: fc.constantFrom('a', 'b') }),
  fc.record({ do: fc.constantFrom('deliver', 'list', 'bookmark', 'hear', 'replay'), choice: fc.nat() }),
);

test('whatever is lost, late or repeated: the store ends at the truth, never goes back, and no change by others is missed', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.boolean(), (steps, asText) => {
      let version = 100;
      const truth = new Map<string, KubeObject>();
      const history: { version: number; deleted: boolean; object: KubeObject }[] = [];
      const unheard: KubeObject[] = [];
      const lastByOthers = new Map<string, number>();
      /** Up to which version somebody was told to look at the object. */
      const reported = new Map<string, number>();
      const store = new ObjectStore<KubeObject>({ asText });
      let delivered = 0;

      const versionIn = (name: string) => Number(store.get(`shop/${name}`)?.metadata.resourceVersion ?? store.seenUpTo);
      const report = (changes: readonly Change<KubeObject>[]) => {
        for (const { object } of changes) reported.set(object.metadata.name, versionIn(object.metadata.name));
      };
      const write = (name: string, deleted: boolean): KubeObject => {
        version += 1;
        const object = thing(name, version, truth.get(name)?.metadata.uid ?? `${name}-${version}`);
        if (deleted) truth.delete(name);
        else truth.set(name, object);
        history.push({ version, deleted, object });
        return object;
      };
      const take = ({ deleted, object }: { deleted: boolean; object: KubeObject }) =>
        report(deleted ? store.remove(object) : store.put(object));
      const list = () => {
        // Come and gone while nobody looked: there is nothing to tell.
        for (const name of lastByOthers.keys()) {
          if (!truth.has(name) && store.get(`shop/${name}`) === undefined) lastByOthers.delete(name);
        }
        report(replace(store, [...truth.values()], String(version)));
        delivered = history.length;
      };
      const deliver = () => {
        const event = history[delivered];
        if (event !== undefined) take(event);
        delivered = Math.min(delivered + 1, history.length);
      };

      list();
      for (const one of steps) {
        const before = new Map([...store.values()].map((object) => [object.metadata.name, object.metadata]));
        if ('name' in one) {
          const deletes = one.do === 'delete';
          if (deletes && !truth.has(one.name)) continue;
          const object = write(one.name, deletes);
          if (one.do === 'ownWrite') unheard.push(object);
          else lastByOthers.set(one.name, version);
        } else {
          if (one.do === 'deliver') deliver();
          if (one.do === 'list') list();
          if (one.do === 'bookmark') store.bookmark(store.seenUpTo ?? '');
          if (one.do === 'hear')
            unheard.splice(one.choice % Math.max(1, unheard.length), 1).forEach((o) => store.observe(o));
          if (one.do === 'replay' && delivered > 0) {
            const event = history[one.choice % delivered];
            if (event !== undefined) take(event);
          }
        }
        for (const { metadata } of store.values()) {
          const earlier = before.get(metadata.name);
          if (earlier?.uid === metadata.uid)
            assert.ok(Number(earlier?.resourceVersion) <= Number(metadata.resourceVersion));
        }
      }
      while (delivered < history.length) deliver();
      for (const object of unheard) store.observe(object);

      const content = (objects: Iterable<KubeObject>) =>
        new Map([...objects].map((object) => [object.metadata.name, object]));
      assert.deepEqual(content(store.values()), content(truth.values()));
      for (const [name, changed] of lastByOthers)
        assert.ok((reported.get(name) ?? 0) >= changed, `${name} at ${changed}`);
    }),
    { numRuns: 2_000 },
  );
});

test('an object that leaves the scope while we write to it is gone, whichever is heard of first', () => {
  const eventFirst = listed(thing('a', 90));
  assert.deepEqual(words(eventFirst.remove(thing('a', 106))), ['deleted a a-1 90']);
  eventFirst.observe(thing('a', 107), { insert: false });
  assert.equal(eventFirst.get('shop/a'), undefined);

  const answerFirst = listed(thing('a', 90));
  answerFirst.observe(thing('a', 107), { insert: false });
  assert.deepEqual(words(answerFirst.remove(thing('a', 106))), ['deleted a a-1 107']);
  assert.equal(answerFirst.get('shop/a'), undefined);
});

test('an object that our own write brought back into the scope is in when its event comes', () => {
  const store = listed(thing('a', 90));
  store.observe(thing('a', 107));
  store.remove(thing('a', 106));
  assert.deepEqual(store.put(thing('a', 107)), []);
  assert.equal(store.get('shop/a')?.metadata.resourceVersion, '107');
});

test('what a request has shown to be gone can be forgotten, but not its successor', () => {
  const store = listed(thing('a', 90, 'first'), thing('b', 91, 'second'));
  store.forget('shop/a', 'first');
  store.forget('shop/b', 'first');
  assert.equal(store.get('shop/a'), undefined);
  assert.equal(store.get('shop/b')?.metadata.uid, 'second');
});

test('what is listed and cannot be taken in stays as it was, but not where the history went back', () => {
  const store = listed(thing('a', 90));
  const listing = store.beginList('110');
  listing.note(thing('a', 105));
  assert.deepEqual(listing.end(), []);
  assert.equal(store.get('shop/a')?.metadata.resourceVersion, '90');

  const older = store.beginList('50', true);
  older.note(thing('a', 40));
  assert.deepEqual(words(older.end()), ['deleted a a-1 90']);
  // Once it is mended, it is taken in, though it is older than what was known.
  assert.deepEqual(words(store.put(thing('a', 60))), ['added a a-1 60']);
});
