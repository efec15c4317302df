/** Whatever happens to whichever call of the syncer, the story ends as if nothing had happened. */

import { after, describe, test } from 'node:test';
import { useWorld } from '../cluster/world.ts';
import { FAULTS } from './fault.ts';
import { ownControlPlane } from './own-control-plane.ts';
import { plansFor } from './plans.ts';
import { learn, tryOut } from './reference.ts';
import { WHOLE_STORY } from './story.ts';

/** Stories that are told at once. */
const AT_ONCE = 3;
const startMs = performance.now();

const controlPlane = await ownControlPlane({ auditLog: true });
const home = await useWorld();
after(() => controlPlane.stop());

const reference = await learn(home, WHOLE_STORY, AT_ONCE);
const plans = plansFor(reference.calls);
const results = { passed: new Set<string>(), unreached: new Set<string>() };

describe('the story ends as it should, although', { concurrency: AT_ONCE }, () => {
  for (const plan of plans) {
    test(plan.name, async () => {
      if (!(await tryOut(home, plan, reference))) results.unreached.add(plan.name);
      results.passed.add(plan.name);
    });
  }
});

after(() => {
  const seconds = Math.round((performance.now() - startMs) / 1000);
  const rows = [...Object.keys(FAULTS), ''].map((fault) => {
    const ofFault = plans.filter((plan) => fault === '' || plan.fault === fault).map(({ name }) => name);
    const count = (names: ReadonlySet<string>) => ofFault.filter((name) => names.has(name)).length;
    return [fault || 'all', ofFault.length, count(results.passed), count(results.unreached)];
  });
  const table = [['fault', 'plans', 'passed', 'no such call'], ...rows]
    .map(([fault, ...numbers]) =>
      [String(fault).padEnd(18), ...numbers.map((cell) => String(cell).padStart(13))].join(''),
    )
    .join('\n');
  console.log(
    `${table}\n${reference.calls.length} calls, ${plans.length} plans, ${results.passed.size} passed, ${seconds} s`,
  );
});
