import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FairQueue, type Waiting } from '../../src/kube/fair-queue.ts';

interface Item extends Waiting {
  readonly n: number;
}
let count = 0;
const item = (namespace: string, object = 'web'): Item => ({
  ...{ namespace, object: `${namespace}/${object}` },
  n: (count += 1),
});
function takeAll(queue: FairQueue<Item>): Item[] {
  const taken: Item[] = [];
  for (let next = queue.take(); next !== undefined; next = queue.take()) taken.push(next);
  return taken;
}

test('namespaces take turns, and within one what came first goes first', () => {
  const queue = new FairQueue<Item>({ most: 100, mostPerObject: 100 });
  const [a1, a2, a3, b1, c1, c2] = [item('a'), item('a'), item('a'), item('b'), item('c'), item('c')];
  for (const one of [a1, a2, a3, b1, c1, c2]) queue.add(one);
  assert.deepEqual(takeAll(queue), [a1, b1, c1, a2, c2, a3]);
  assert.equal(queue.size, 0);
});

test('who comes back takes the last turn', () => {
  const queue = new FairQueue<Item>({ most: 100, mostPerObject: 100 });
  const [a1, b1, b2, a2] = [item('a'), item('b'), item('b'), item('a')];
  for (const one of [a1, b1, b2]) queue.add(one);
  assert.equal(queue.take(), a1);
  queue.add(a2);
  assert.deepEqual(takeAll(queue), [b1, a2, b2]);
});

test('of an object with too much waiting the oldest is given up', () => {
  const queue = new FairQueue<Item>({ most: 100, mostPerObject: 2 });
  const [first, other, second, third] = [item('a'), item('a', 'other'), item('a'), item('a')];
  assert.deepEqual(
    [first, other, second, third].map((one) => queue.add(one)),
    [undefined, undefined, undefined, first],
  );
  assert.deepEqual(takeAll(queue), [other, second, third]);
});

test('when it is full, the oldest of the namespace with most is given up', () => {
  const queue = new FairQueue<Item>({ most: 4, mostPerObject: 10 });
  const [b1, b2, b3, a1, a2] = [item('b'), item('b'), item('b'), item('a'), item('a')];
  assert.deepEqual(
    [b1, b2, b3, a1, a2].map((one) => queue.add(one)),
    [undefined, undefined, undefined, undefined, b1],
  );
  assert.deepEqual(takeAll(queue), [b2, a1, b3, a2]);
});

test('what waits already is not added again', () => {
  const queue = new FairQueue<Item>({ most: 3, mostPerObject: 1 });
  const one = item('a');
  queue.add(one);
  assert.equal(queue.add(one), undefined);
  assert.deepEqual(takeAll(queue), [one]);
});

test('nothing is lost but what is given up, and no limit is passed', () => {
  const step = fc.option(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('x', 'y', 'z')), { freq: 3 });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = new FairQueue<Item>({ most: 8, mostPerObject: 3 });
      const inside = new Set<Item>();
      for (const [index, put] of steps.entries()) {
        if (put === null) {
          const taken = queue.take();
          assert.equal(taken !== undefined, inside.size > 0);
          if (taken !== undefined) assert.ok(inside.delete(taken));
        } else {
          const one = { namespace: put[0], object: put.join('/'), n: index };
          inside.add(one);
          const givenUp = queue.add(one);
          if (givenUp !== undefined) assert.ok(inside.delete(givenUp));
        }
        assert.equal(queue.size, inside.size);
        assert.ok(inside.size <= 8);
        const perObject = Map.groupBy(inside, ({ object }) => object);
        assert.ok([...perObject.values()].every(({ length }) => length <= 3));
      }
      assert.deepEqual(new Set(takeAll(queue)), inside);
    }),
  );
});
