/** What status says about scaling, and when that is worth a write. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ElasticWebStatus } from '../../src/api/types.ts';
import type { Decision } from '../../src/scaling/decision.ts';
import { NO_HISTORY } from '../../src/scaling/history.ts';
import { isNews, rememberedScaling } from '../../src/syncer/scaling-status.ts';

const NOW = Date.parse('2026-01-02T03:04:05Z');

/** That time, when the same has been said of limits for so long. */
const at = (nowMs: number, limitedForMs = 0) => ({ nowMs, limitedForMs });

function decision(more: Partial<Decision> = {}): Decision {
  return {
    replicas: 4,
    recommendedReplicas: undefined,
    reason: 'DesiredWithinRange',
    why: '',
    qps: 40,
    podQps: 10,
    isProvisional: false,
    active: { status: true, reason: 'ValidMetricFound', message: 'read' },
    limited: { status: false, reason: 'DesiredWithinRange', message: 'within' },
    history: NO_HISTORY,
    ...more,
  };
}

function status(
  ...conditions: readonly (readonly [type: string, status: 'True' | 'False', reason: string])[]
): ElasticWebStatus {
  const lastTransitionTime = '2026-01-01T00:00:00Z';
  return {
    observedGeneration: 1,
    conditions: conditions.map(([type, status, reason]) => ({
      type,
      status,
      reason,
      message: 'm',
      lastTransitionTime,
    })),
  };
}

const TOLD = status(['ScalingActive', 'True', 'ValidMetricFound'], ['ScalingLimited', 'False', 'DesiredWithinRange']);
const unknownLoad = decision({ active: { status: false, reason: 'NoSeries', message: 'none' } });
const notRead = decision({ isProvisional: true, active: { status: false, reason: 'NotReadYet', message: 'soon' } });

const rows: readonly { name: string; of: Decision; told: ElasticWebStatus; news: boolean }[] = [
  { name: 'what was told', of: decision(), told: TOLD, news: false },
  {
    name: 'other words for what goes well',
    of: decision({ active: { status: true, reason: 'ValidMetricFound', message: 'x' } }),
    told: TOLD,
    news: false,
  },
  { name: 'another load', of: decision({ qps: 41 }), told: TOLD, news: false },
  { name: 'a load that was not read yet', of: notRead, told: TOLD, news: false },
  {
    name: 'a load that was not read yet, where a number by hand was taken back',
    of: notRead,
    told: status(['ScalingActive', 'False', 'ManualOverride']),
    news: true,
  },
  { name: 'a load that is not known any more', of: unknownLoad, told: TOLD, news: true },
  { name: 'another reason for that', of: unknownLoad, told: status(['ScalingActive', 'False', 'NoData']), news: true },
  {
    name: 'a limit',
    of: decision({ limited: { status: true, reason: 'TooManyReplicas', message: '' } }),
    told: TOLD,
    news: true,
  },
  { name: 'the first word', of: decision(), told: {}, news: true },
  { name: 'that nothing was read yet', of: notRead, told: TOLD, news: false },
  {
    name: 'another recommendation',
    of: decision({ recommendedReplicas: 7 }),
    told: { ...TOLD, recommendedReplicas: 6 },
    news: true,
  },
  {
    name: 'the same recommendation',
    of: decision({ recommendedReplicas: 7 }),
    told: { ...TOLD, recommendedReplicas: 7 },
    news: false,
  },
  {
    name: 'that nobody asks for scaling any more',
    of: decision({ active: undefined, limited: undefined }),
    told: TOLD,
    news: true,
  },
];

for (const { name, of, told, news } of rows) {
  test(`isNews: ${name} is ${news ? '' : 'no '}news`, () => assert.equal(isNews(of, told, at(NOW)), news));
}

test('isNews: the same reason with another cause is news', () => {
  const told = status(['ScalingActive', 'False', 'NoSeries'], ['ScalingLimited', 'False', 'DesiredWithinRange']);
  assert.equal(isNews(unknownLoad, told, at(NOW)), true, 'it said m, now it is none');
});

test('isNews: another recommendation is told every 30 s at most', () => {
  const scaling = { observedTime: '2026-01-02T03:04:00Z' };
  const observed = (nowMs: number) =>
    isNews(decision({ recommendedReplicas: 7 }), { ...TOLD, recommendedReplicas: 6, scaling }, at(nowMs));
  assert.deepEqual([observed(NOW + 24_000), observed(NOW + 25_000)], [false, true]);
});

const paused = (reason: string) => decision({ limited: { status: false, reason, message: 'later' } });

test('isNews: that pods wait is told when they have for 30 s, and that they do not, five minutes later', () => {
  const told = status(['ScalingActive', 'True', 'ValidMetricFound'], ['ScalingLimited', 'False', 'AfterJump']);
  const after = (said: Decision, before: ElasticWebStatus, ...times: readonly number[]) =>
    times.map((ms) => isNews(said, before, at(NOW, ms)));
  assert.deepEqual(after(paused('AfterJump'), TOLD, 29_999, 30_000), [false, true]);
  assert.deepEqual(after(paused('ScaleDownStabilized'), told, 29_999, 30_000), [false, true]);
  assert.deepEqual(after(decision(), told, 299_999, 300_000), [false, true]);
  assert.deepEqual(after(paused('AfterJump'), told, 3_600_000), [false], 'once is enough');
});

test('isNews: what was said before the window was covered is set right once, a minute later', () => {
  const scaling = { observedTime: '2026-01-02T03:04:00Z', reason: 'WindowNotCovered' };
  const settled = (nowMs: number) => isNews(decision(), { ...TOLD, scaling }, at(nowMs));
  assert.deepEqual([settled(NOW + 54_000), settled(NOW + 55_000)], [false, true]);
  const other = { ...scaling, reason: 'WithinTolerance' };
  assert.equal(isNews(decision(), { ...TOLD, scaling: other }, at(NOW + 3_600_000)), false);
});

test('isNews: a limit that comes and goes is told every 30 s at most', () => {
  const limited = decision({ limited: { status: true, reason: 'TooManyReplicas', message: '' } });
  const toldAtMs = Date.parse('2026-01-01T00:00:00Z');
  assert.equal(isNews(limited, TOLD, at(toldAtMs + 29_000)), false);
  assert.equal(isNews(limited, TOLD, at(toldAtMs + 30_000)), true);
});

const history = { ...NO_HISTORY, recommendations: [{ atMs: NOW, replicas: 4 }], knownMs: NOW, knownQps: 40 };
const memory = { history, ...at(NOW) };
const saved = {
  reason: 'DesiredWithinRange',
  recommendations: [{ time: '2026-01-02T03:00:00Z', replicas: 4 }],
  events: [],
};

test('rememberedScaling: at rest what was written stays', () => {
  const { kept, fresh } = rememberedScaling({ ...TOLD, scaling: saved }, decision(), memory, false);
  assert.equal(kept, saved);
  assert.deepEqual(fresh?.recommendations, [{ time: '2026-01-02T03:04:05Z', replicas: 4 }]);
});

test('rememberedScaling: a change of the number is written down at once', () => {
  const { kept } = rememberedScaling({ ...TOLD, scaling: saved }, decision(), memory, true);
  assert.equal(kept?.observedMilliQPS, 40_000);
  assert.equal(kept.observedTime, '2026-01-02T03:04:05Z');
});

test('rememberedScaling: a syncer that has just started overwrites nothing', () => {
  const { kept } = rememberedScaling({ ...TOLD, scaling: saved }, notRead, memory, false);
  assert.equal(kept, saved);
});

test('rememberedScaling: a pause that comes and goes stays as it was told, until there is something to write', () => {
  const before = { ...TOLD, scaling: saved };
  const limitTold = (...more: [typeof memory, boolean]) =>
    rememberedScaling(before, paused('ScaleDownStabilized'), ...more).told.limited?.reason;
  assert.equal(limitTold(memory, false), 'DesiredWithinRange');
  assert.equal(limitTold({ history, ...at(NOW, 30_000) }, false), 'ScaleDownStabilized');
  assert.equal(limitTold(memory, true), 'ScaleDownStabilized', 'the number was changed');
});

test('rememberedScaling: where nothing is read there is nothing to remember', () => {
  const { kept, fresh } = rememberedScaling({ ...TOLD, scaling: saved }, decision(), undefined, false);
  assert.deepEqual([kept, fresh], [undefined, undefined]);
});
