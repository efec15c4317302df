/**
 * The rules by which Flux checks the conditions of its own objects, ported under their numbers.
 *
 * https://pkg.go.dev/github.com/fluxcd/pkg/runtime/conditions/check
 */

import { conditionOf } from '../../src/api/conditions.ts';
import type { ElasticWebResource } from '../../src/syncer/kinds.ts';

/** One rule. */
interface Rule {
  readonly id: string;
  readonly says: string;
  readonly holds: (web: ElasticWebResource) => boolean;
}

const is = ({ status }: ElasticWebResource, type: string, value: string) => conditionOf(status, type)?.status === value;
const has = ({ status }: ElasticWebResource, type: string) => conditionOf(status, type) !== undefined;
const conditionsOf = ({ status }: ElasticWebResource) => status?.conditions ?? [];
const observed = ({ status }: ElasticWebResource) => status?.observedGeneration ?? 0;
const generation = ({ metadata }: ElasticWebResource) => metadata.generation ?? 0;

/** The conditions that are True when something is not as it should be. */
const ABNORMAL = ['Reconciling', 'Stalled'];

/** What must hold at any moment. */
const ALWAYS: readonly Rule[] = [
  {
    id: 'FAIL0001',
    says: 'No abnormal condition is True while Ready is.',
    holds: (web) => !is(web, 'Ready', 'True') || !ABNORMAL.some((type) => is(web, type, 'True')),
  },
  { id: 'FAIL0002', says: 'Ready is always there.', holds: (web) => has(web, 'Ready') },
  {
    id: 'FAIL0003',
    says: 'Ready is False while Reconciling is True.',
    holds: (web) => !is(web, 'Reconciling', 'True') || is(web, 'Ready', 'False'),
  },
  {
    id: 'FAIL0004',
    says: 'Ready is False while Stalled is True.',
    holds: (web) => !is(web, 'Stalled', 'True') || is(web, 'Ready', 'False'),
  },
  {
    id: 'FAIL0005',
    says: 'Reconciling and Stalled are never both there.',
    holds: (web) => !has(web, 'Reconciling') || !has(web, 'Stalled'),
  },
  {
    id: 'FAIL0006',
    says: 'status speaks of no generation that has never been.',
    holds: (web) => observed(web) <= generation(web),
  },
  {
    id: 'FAIL0011',
    says: 'Ready is Unknown only while Reconciling is True.',
    holds: (web) => !is(web, 'Ready', 'Unknown') || is(web, 'Reconciling', 'True'),
  },
  { id: 'WARN0003', says: 'Reconciling is not there as False.', holds: (web) => !is(web, 'Reconciling', 'False') },
  { id: 'WARN0004', says: 'Stalled is not there as False.', holds: (web) => !is(web, 'Stalled', 'False') },
  {
    id: 'WARN0005',
    says: 'Each condition says of which generation it speaks.',
    holds: (web) => conditionsOf(web).every(({ observedGeneration = 0 }) => observedGeneration >= 1),
  },
];

/** Conditions of which Ready is the sum. Those about scaling are not: they speak of the last reading, whenever that was. */
const SUMMED_UP = new Set(['Ready', 'Reconciling', 'Stalled', 'DeploymentReady', 'ServiceReady']);

/** While it is suspended nobody looks at the children, and what was said of them stays. */
const isLookedAt = (web: ElasticWebResource) =>
  is(web, 'Ready', 'True') && conditionOf(web.status, 'Ready')?.reason !== 'Suspended';
const summedUp = (web: ElasticWebResource) => conditionsOf(web).filter(({ type }) => SUMMED_UP.has(type));

/** What must hold besides, once the syncer has answered the last change: before, the word stands that it gave to the one before. */
const AT_REST: readonly Rule[] = [
  {
    id: 'FAIL0007',
    says: 'Ready is not True while status speaks of an older generation.',
    holds: (web) => observed(web) === generation(web) || !is(web, 'Ready', 'True'),
  },
  {
    id: 'FAIL0008',
    says: 'No condition speaks of an older generation while Ready is True.',
    holds: (web) =>
      !isLookedAt(web) || summedUp(web).every(({ observedGeneration = 0 }) => observedGeneration >= generation(web)),
  },
  {
    id: 'FAIL0009',
    says: 'All conditions speak of the same generation as status does while Ready is True.',
    holds: (web) =>
      !isLookedAt(web) || summedUp(web).every(({ observedGeneration }) => observedGeneration === observed(web)),
  },
];
// FAIL0010 asks for a status that stays behind while Reconciling is True. Flux' own checkers leave it out, and here observedGeneration says
// what was seen, and Reconciling what is being done about it. WARN0001 is FAIL0001 and WARN0003 together; WARN0002 is about abnormal
// conditions besides Reconciling and Stalled, and there are none.

/** The rules that a status breaks, in their words. What nobody has looked at yet has no conditions, and breaks none. */
export function brokenFluxRules(web: ElasticWebResource, when: 'always' | 'at rest'): string[] {
  if (observed(web) < 0) return [];
  const rules = when === 'always' ? ALWAYS : [...ALWAYS, ...AT_REST];
  return rules.filter(({ holds }) => !holds(web)).map(({ id, says }) => `${id}: ${says}`);
}
