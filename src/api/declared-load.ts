/** How many pods the declared load needs: the one number that needs no measuring. */

import { INT32_MAX } from './schema.ts';
import type { ElasticWebSpec } from './types.ts';

/**
 * Pods for `totalQPS`: ceil(totalQPS / singlePodQPS); 1 when no load is declared. 700 QPS at 500 a pod are 2 pods, 0 QPS none.
 *
 * Both are whole numbers below 2^31, so the quotient is exact enough: the true value is either whole, and then the division is exact,
 * or at least 1/singlePodQPS away from a whole number.
 */
export function declaredReplicas({
  totalQPS,
  singlePodQPS,
}: Pick<ElasticWebSpec, 'totalQPS' | 'singlePodQPS'>): number {
  return totalQPS === undefined ? 1 : Math.min(Math.ceil(totalQPS / singlePodQPS), INT32_MAX);
}
